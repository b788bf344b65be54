/** The collapse doctor's word on a finished or running run, from its metrics. */
import { DarkmatterError } from "../compute/index.js";
import { diagnose, type MeterRow, meterRows, type Reading, readingsOfLines, renderMeters } from "../evaluate/index.js";
import { RunFolder } from "../train/index.js";
import { diagnoseOptionsOf } from "./circumstances.js";
import { describeVerdict } from "./doctor-hook.js";
import type { RunVerdict } from "./main-job.js";

export interface Diagnosis {
  readonly verdict: RunVerdict;
  /** Last value of each meter, as "projections/std" or "layers/stage0/std". */
  readonly meters: Readonly<Record<string, number>>;
  /** Meters of the last reading beside what is healthy. */
  readonly rows: readonly MeterRow[];
  /** Verdict and meters for a terminal. */
  readonly text: string;
}

/** @throws DarkmatterError if there is no run, or it ended before the first reading */
export async function diagnoseRun(path: string): Promise<Diagnosis> {
  const folder = await RunFolder.open(path);
  const lines = folder.readMetrics();
  const readings = readingsOfLines(lines);
  if (readings.length === 0) {
    throw new DarkmatterError(
      `doctor: ${path} has no meter readings yet; the first comes after ${folder.record.cadence.metersEvery} steps.`,
    );
  }
  const options = diagnoseOptionsOf(folder.config);
  const verdict = describeVerdict(diagnose(readings, options));
  const meters: Record<string, number> = {};
  for (const { name, value } of lines) {
    if (name.startsWith("doctor/")) meters[name.slice("doctor/".length)] = value ?? Number.NaN;
  }
  const last = lastWithMeters(readings);
  const words = [`verdict: ${verdict.name}`, verdict.evidence, verdict.remedy && `remedy: ${verdict.remedy}`];
  const table = last === undefined ? [] : [`meters at step ${last.step}:`, ...renderMeters(last, options.target)];
  return {
    verdict,
    meters,
    rows: last === undefined ? [] : meterRows(last, options.target),
    text: [...words.filter(Boolean), ...table].join("\n"),
  };
}

/** A run that broke ends with a reading of its loss alone. */
function lastWithMeters(readings: readonly Reading[]): Reading | undefined {
  return readings.findLast(({ projections, features }) => projections !== undefined || features !== undefined);
}
