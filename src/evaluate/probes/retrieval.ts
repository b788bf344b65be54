/** Retrieval: is the nearest other image of the same kind, or the very one that was looked for? */
import { type OptionTable, ShapeError, ValueError } from "../../compute/index.js";
import type { FeatureRows } from "../features.js";
import { wilsonEstimate } from "../intervals.js";
import { type Metric, nearestNeighbors, type ProgramCache } from "../linear-algebra/index.js";
import { type Probe, type ProbeEstimate, strongest } from "./probe.js";

const options = {} satisfies OptionTable;

/**
 * Share of test images whose nearest other test image has the same label (leave one out).
 * @returns accuracy with Wilson's interval; with several metrics the best, named. ValueError below two test images
 */
export const retrieval: Probe<typeof options, ProbeEstimate, "retrieval"> = {
  name: "retrieval",
  reportKey: "retrieval",
  title: "retrieval top-1",
  summary: "the nearest other test image has the same label",
  options,
  chance: ({ test, numClasses }) => retrievalChance(test.labels, numClasses),
  async run({ test, metrics, programs }) {
    const n = test.indices.length;
    if (n < 2) throw new ValueError("retrieval", "test", "at least two labelled images", n);
    const excluded = Int32Array.from({ length: n }, (_, i) => i);
    const results = await nearestNeighbors(test, test, { k: 1, metrics, programs, excluded });
    const estimates = results.map(({ indices, metric }) => {
      const numCorrect = test.labels.filter((label, i) => test.labels[indices[i]!] === label).length;
      return { ...wilsonEstimate(numCorrect, n), metric };
    });
    return strongest(estimates);
  },
};

/** Chance of retrieval: how often a random other image has the same label, Σ n_c (n_c − 1) / n (n − 1). */
export function retrievalChance(labels: Int32Array, numClasses: number): number {
  const counts = new Float64Array(numClasses);
  for (const label of labels) counts[label]!++;
  const pairs = counts.reduce((sum, count) => sum + count * (count - 1), 0);
  return labels.length < 2 ? 0 : pairs / (labels.length * (labels.length - 1));
}

/**
 * Share of queries whose nearest gallery row is the right one: copy detection (edited picture → original), or the same
 * thing drawn by another hand.
 * @param truth for each query, the position in `gallery` of its match
 * @param options.metrics with several, the best is reported, and named
 * @throws ShapeError if `truth` does not have one entry a query; ValueError if an entry is not a gallery position
 */
export async function matchTop1(
  queries: FeatureRows,
  gallery: FeatureRows,
  truth: Int32Array,
  { metrics, programs }: { readonly metrics: readonly Metric[]; readonly programs: ProgramCache },
): Promise<ProbeEstimate> {
  const n = queries.indices.length;
  if (truth.length !== n) throw new ShapeError("matchTop1", "truth", [n], [truth.length], "One match for each query.");
  const stray = truth.find((position) => !(position >= 0 && position < gallery.indices.length));
  if (stray !== undefined) {
    throw new ValueError("matchTop1", "truth", `a position below ${gallery.indices.length} in the gallery`, stray);
  }
  const results = await nearestNeighbors(queries, gallery, { k: 1, metrics, programs });
  return strongest(
    results.map(({ indices, metric }) => {
      const numCorrect = truth.filter((position, i) => indices[i] === position).length;
      return { ...wilsonEstimate(numCorrect, n), metric };
    }),
  );
}
