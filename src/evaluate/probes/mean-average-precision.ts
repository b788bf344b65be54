/** Retrieval of all that is alike: where do the images of the same kind stand among all others? */
import type { OptionTable } from "../../compute/index.js";
import { averagePrecision, chancePrecision } from "../average-precision.js";
import { rowNorms, selectRows } from "../features.js";
import { meanEstimate, wilsonEstimate } from "../intervals.js";
import { visitDotProducts } from "../linear-algebra/index.js";
import { evenly } from "../sampling.js";
import type { Probe, ProbeEstimate, ProbeTask } from "./probe.js";

const options = {
  numQueries: {
    default: 1000,
    min: 1,
    integer: true,
    doc: "at most so many test images are searched for, evenly spread",
  },
} satisfies OptionTable;

/** Rows of similarities in memory at a time. */
const QUERY_BLOCK = 256;

/**
 * Mean average precision of retrieval among the test images: each query ranks all other test images by cosine, exactly;
 * those of its label are right. Queries whose label no other test image has are left out.
 * @returns the mean over queries with Student's interval, n = queries; where no label has two test images n = 0
 */
export const meanAveragePrecision: Probe<typeof options, ProbeEstimate, "meanAveragePrecision"> = {
  name: "meanAveragePrecision",
  reportKey: "meanAveragePrecision",
  title: "retrieval mAP",
  summary: "mean average precision of finding all test images of the same label",
  options,
  chance: ({ test }, { numQueries }) => {
    const counts = countLabels(test.labels);
    const n = test.labels.length - 1;
    const queries = queriesOf(test.labels, numQueries);
    if (queries.length === 0) return 0;
    return queries.reduce((sum, q) => sum + chancePrecision(counts.get(test.labels[q]!)! - 1, n), 0) / queries.length;
  },
  async run({ test, programs }: ProbeTask, { numQueries }) {
    const { labels, source, indices } = test;
    const queries = queriesOf(labels, numQueries);
    if (queries.length === 0) return wilsonEstimate(0, 0); // nothing to be found: 0, anywhere in 0..1
    const norms = rowNorms(test);
    const numRows = indices.length;
    const precisions: number[] = [];
    for (let from = 0; from < queries.length; from += QUERY_BLOCK) {
      const block = queries.slice(from, from + QUERY_BLOCK);
      const similarities = block.map(() => new Float32Array(numRows));
      const rows = selectRows(
        source,
        block.map((query) => indices[query]!),
      );
      await visitDotProducts(
        rows,
        test,
        programs,
        ({ queryStart, queryEnd, galleryStart, galleryEnd, dots, stride }) => {
          for (let q = queryStart; q < queryEnd; q++) {
            for (let g = galleryStart; g < galleryEnd; g++) {
              const dot = dots[(q - queryStart) * stride + g - galleryStart]!;
              similarities[q]![g] = norms[g]! > 0 ? dot / norms[g]! : 0;
            }
          }
        },
      );
      for (const [i, query] of block.entries()) {
        // The query itself is no answer: last, and never right.
        similarities[i]![query] = Number.NEGATIVE_INFINITY;
        precisions.push(averagePrecision(similarities[i]!, (row) => row !== query && labels[row] === labels[query]));
      }
    }
    return meanEstimate(precisions);
  },
};

/** Positions of the test images that are searched for. */
function queriesOf(labels: Int32Array, numQueries: number): number[] {
  const counts = countLabels(labels);
  const candidates = Int32Array.from(labels.keys()).filter((i) => counts.get(labels[i]!)! >= 2);
  return [...evenly(candidates, numQueries)];
}

function countLabels(labels: Int32Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
