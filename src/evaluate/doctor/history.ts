/** Readings of the meters over a run, and their form as lines of `metrics.jsonl`. */
import type { Meters } from "./meters.js";

/** Where meters are read. */
export type Place = "projections" | "features";

/** What the doctor knows of one step. */
export interface Reading {
  readonly step: number;
  /** Total loss; NaN if it was not finite. Absent if unknown. */
  readonly loss?: number;
  readonly projections?: Meters;
  readonly features?: Meters;
}

/** One line of `metrics.jsonl`. JSON has no NaN: a value that is not finite is written as null. */
export interface MetricLine {
  readonly step: number;
  readonly name: string;
  readonly value: number | null;
}

const METERS = ["std", "meanNormRatio", "effectiveRank", "maxRank", "sigreg", "sigregPerImage"] as const;
const PLACES = ["projections", "features"] as const;

/** The meters of a reading as lines named `doctor/<place>/<meter>`; the loss is the trainer's own line. */
export function linesOfReading(reading: Reading): MetricLine[] {
  return PLACES.flatMap((place) => {
    const meters = reading[place];
    if (meters === undefined) return [];
    return METERS.map((meter) => {
      const value = meters[meter];
      return { step: reading.step, name: `doctor/${place}/${meter}`, value: Number.isFinite(value) ? value : null };
    });
  });
}

/**
 * The readings in the lines of a run: one for each step with meters or with a loss that was not finite.
 * @param lossName name of the total loss among the lines
 */
export function readingsOfLines(lines: readonly MetricLine[], lossName = "train/total"): Reading[] {
  const steps = new Map<number, { loss?: number; meters: Record<string, Record<string, number>> }>();
  for (const { step, name, value } of lines) {
    const [root, place, meter] = name.split("/");
    const isMeter = root === "doctor" && place !== undefined && meter !== undefined;
    if (!isMeter && name !== lossName) continue;
    const entry = steps.get(step) ?? { meters: {} };
    steps.set(step, entry);
    if (isMeter) {
      entry.meters[place] ??= {};
      entry.meters[place][meter] = value ?? Number.NaN;
    } else entry.loss = value ?? Number.NaN;
  }
  const readings: Reading[] = [];
  for (const [step, { loss, meters }] of steps) {
    const found: Partial<Record<Place, Meters>> = {};
    for (const place of PLACES) if (isComplete(meters[place])) found[place] = meters[place];
    const isWorthReading = Object.keys(found).length > 0 || (loss !== undefined && !Number.isFinite(loss));
    if (isWorthReading) readings.push({ step, ...(loss !== undefined && { loss }), ...found });
  }
  return readings.sort((a, b) => a.step - b.step);
}

function isComplete(meters: Record<string, number> | undefined): meters is Record<string, number> & Meters {
  return meters !== undefined && METERS.every((meter) => meter in meters);
}
