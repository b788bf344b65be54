/** Small features with known answers. */
import { keyFor, Random } from "../../../compute/index.js";
import { allRows, type Features, type LabelledRows } from "../../features.js";
import type { ProgramCache } from "../../linear-algebra/index.js";
import type { ProbeTask } from "../probe.js";

export function featuresOf(rows: readonly (readonly number[])[]): Features {
  return { numImages: rows.length, dim: rows[0]!.length, values: Float32Array.from(rows.flat()) };
}

export function labelled(rows: readonly (readonly number[])[], labels: readonly number[]): LabelledRows {
  return { ...allRows(featuresOf(rows)), labels: Int32Array.from(labels) };
}

/** Gaussian clouds of unit spread around class centres `distance` from the origin along their own axis. */
export function clouds(numClasses: number, each: number, dim: number, distance: number, seed: number): LabelledRows {
  const random = new Random(keyFor(seed, "clouds"));
  const labels = Array.from({ length: numClasses * each }, (_, i) => i % numClasses);
  const rows = labels.map((label) =>
    Array.from({ length: dim }, (_, d) => random.normal() + (d === label ? distance : 0)),
  );
  return labelled(rows, labels);
}

export function probeTask(
  train: LabelledRows,
  test: LabelledRows,
  numClasses: number,
  programs: ProgramCache,
): ProbeTask {
  return { train, test, numClasses, metrics: ["cosine"], seed: 0, programs };
}
