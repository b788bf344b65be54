/** The collapse doctor's word on a finished or running run, from its metrics. */
import { DarkmatterError } from "../compute/index.js";
import { diagnose, readingsOfLines } from "../evaluate/index.js";
import { RunFolder } from "../train/index.js";
import { diagnoseOptionsOf } from "./circumstances.js";
import { describeVerdict } from "./doctor-hook.js";
import type { RunVerdict } from "./main-job.js";

export interface Diagnosis {
  readonly verdict: RunVerdict;
  /** Last value of each meter, as "projections/std". */
  readonly meters: Readonly<Record<string, number>>;
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
  const verdict = describeVerdict(diagnose(readings, diagnoseOptionsOf(folder.config)));
  const meters: Record<string, number> = {};
  for (const { name, value } of lines) {
    if (name.startsWith("doctor/")) meters[name.slice("doctor/".length)] = value ?? Number.NaN;
  }
  const rows = Object.entries(meters).map(([name, value]) => `  ${name.padEnd(36)} ${Number(value.toPrecision(4))}`);
  const words = [`verdict: ${verdict.name}`, verdict.evidence, verdict.remedy && `remedy: ${verdict.remedy}`].filter(
    Boolean,
  );
  return { verdict, meters, text: [...words, `meters at step ${readings.at(-1)!.step}:`, ...rows].join("\n") };
}
