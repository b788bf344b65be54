/** Readings of the meters over a run, and their form as lines of `metrics.jsonl`. */
import type { LayerMeters } from "./layer-meters.js";
import type { Meters } from "./meters.js";
import type { PairMeters } from "./pair-meters.js";
import type { TemporalMeters } from "./temporal-meter.js";

/** Where the meters of collapse are read. */
export type Place = "projections" | "features";

/** How far the averaged target is from what it follows. */
export type TargetMeters = {
  /** ‖online − target‖ / ‖online‖ over the parameters. */
  readonly drift?: number;
  /** Mean cosine of their features for the same images. */
  readonly featureCosine?: number;
};

/** What images say that are not trained on. */
export type DataMeters = {
  /** Total loss of a batch of them, always the same views. */
  readonly unseenLoss: number;
};

/** What the doctor knows of one step; each part is absent where it was not or cannot be read. */
export interface Reading {
  readonly step: number;
  /** Total loss; NaN if it was not finite. */
  readonly loss?: number;
  readonly projections?: Meters;
  readonly features?: Meters;
  readonly pairs?: PairMeters;
  /** Norm of the gradient by module: encoder, projector, ... */
  readonly gradients?: Readonly<Record<string, number>>;
  readonly target?: TargetMeters;
  /** By path of the layer, joined by dots. */
  readonly layers?: Readonly<Record<string, LayerMeters>>;
  readonly data?: DataMeters;
  readonly temporal?: TemporalMeters;
}

/** One line of `metrics.jsonl`. JSON has no NaN: a value that is not finite is written as null. */
export interface MetricLine {
  readonly step: number;
  readonly name: string;
  readonly value: number | null;
}

const COLLAPSE_METERS = ["std", "meanNormRatio", "effectiveRank", "maxRank", "sigreg", "sigregPerImage"] as const;
const PARTS = [
  "projections",
  "features",
  "pairs",
  "gradients",
  "target",
  "layers",
  "data",
  "temporal",
] as const satisfies readonly (keyof Reading)[];

/** Numbers by name, to any depth. */
type Numbers = { readonly [name: string]: number | Numbers };

/** The meters of a reading as lines named `doctor/<part>/<meter>`; the loss is the trainer's own line. */
export function linesOfReading(reading: Reading): MetricLine[] {
  return PARTS.flatMap((part) => linesOf(reading.step, `doctor/${part}`, (reading[part] ?? {}) as Numbers));
}

function linesOf(step: number, path: string, numbers: Numbers): MetricLine[] {
  return Object.entries(numbers).flatMap(([name, value]) => {
    if (typeof value !== "number") return linesOf(step, `${path}/${name}`, value);
    return [{ step, name: `${path}/${name}`, value: Number.isFinite(value) ? value : null }];
  });
}

/**
 * The readings in the lines of a run: one for each step with meters or with a loss that was not finite.
 * @param lossName name of the total loss among the lines
 */
export function readingsOfLines(lines: readonly MetricLine[], lossName = "train/total"): Reading[] {
  const steps = new Map<number, Record<string, unknown>>();
  for (const { step, name, value } of lines) {
    const [root, ...path] = name.split("/");
    const isMeter = root === "doctor" && PARTS.includes(path[0] as (typeof PARTS)[number]) && path.length > 1;
    if (!isMeter && name !== lossName) continue;
    const reading = steps.get(step) ?? { step };
    steps.set(step, reading);
    put(reading, isMeter ? path : ["loss"], value ?? Number.NaN);
  }
  return [...steps.values()]
    .map(withoutFragments)
    .filter(isWorthReading)
    .sort((a, b) => a.step - b.step);
}

function put(tree: Record<string, unknown>, [name, ...rest]: readonly string[], value: number): void {
  if (rest.length === 0) tree[name!] = value;
  else {
    tree[name!] ??= {};
    put(tree[name!] as Record<string, unknown>, rest, value);
  }
}

/** A crash may have cut off some of the meters that are judged together. */
function withoutFragments(found: Record<string, unknown>): Reading {
  const isWhole = (name: string, meters: unknown) =>
    !(name === "projections" || name === "features") || COLLAPSE_METERS.every((meter) => meter in Object(meters));
  return Object.fromEntries(Object.entries(found).filter(([name, meters]) => isWhole(name, meters))) as never;
}

function isWorthReading(reading: Reading): boolean {
  const hasMeters = PARTS.some((part) => reading[part] !== undefined);
  return hasMeters || (reading.loss !== undefined && !Number.isFinite(reading.loss));
}
