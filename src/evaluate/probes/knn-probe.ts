/** k nearest neighbours: the probe without training. */
import type { OptionTable } from "../../compute/index.js";
import { wilsonEstimate } from "../intervals.js";
import { type Neighbors, nearestNeighbors } from "../linear-algebra/index.js";
import { countCorrect, type Probe, type ProbeEstimate, strongest } from "./probe.js";

const options = {
  k: { default: 20, min: 1, integer: true, doc: "how many neighbours vote; fewer if there are fewer training images" },
  temperature: { default: 0.07, min: 1e-3, doc: "sharpness of the cosine vote: a neighbour weighs exp(cosine / this)" },
} satisfies OptionTable;

/**
 * The label of a test image by a vote of its k nearest training images.
 *   cosine: each votes with weight exp(s / 0.07); euclidean: each has one vote
 * Ties: among the classes with most votes, the one whose nearest member is nearest wins.
 * @returns accuracy with Wilson's interval; with several metrics the best, named
 * Source: Wu et al. 2018, arXiv:1805.01978 (weighted vote); Caron et al. 2021, arXiv:2104.14294 (k = 20). Deviations: none.
 */
export const knnProbe: Probe<typeof options, ProbeEstimate, "knn"> = {
  name: "knnProbe",
  reportKey: "knn",
  title: "kNN",
  summary: "vote of the 20 nearest training images",
  options,
  async run({ train, test, numClasses, metrics, programs }, config) {
    const k = Math.min(config.k, train.indices.length);
    const results = await nearestNeighbors(test, train, { k, metrics, programs });
    const estimates = results.map((neighbors) => {
      const predictions = vote(neighbors, train.labels, numClasses, config.temperature);
      const numCorrect = countCorrect(predictions, test.labels);
      return { ...wilsonEstimate(numCorrect, test.labels.length), metric: neighbors.metric };
    });
    return strongest(estimates);
  },
};

/** Winning class for each query. */
export function vote(neighbors: Neighbors, labels: Int32Array, numClasses: number, temperature: number): Int32Array {
  const { k, indices, similarities, metric } = neighbors;
  const votes = new Float64Array(numClasses);
  const predictions = new Int32Array(indices.length / k);
  for (let query = 0; query < predictions.length; query++) {
    votes.fill(0);
    const nearest = similarities[query * k]!;
    let winner = labels[indices[query * k]!]!;
    for (let at = query * k; at < (query + 1) * k; at++) {
      votes[labels[indices[at]!]!]! += metric === "cosine" ? Math.exp((similarities[at]! - nearest) / temperature) : 1;
    }
    // Nearest first, so that among equals the class met first, the one with the nearest member, stays the winner.
    for (let at = query * k; at < (query + 1) * k; at++) {
      const candidate = labels[indices[at]!]!;
      if (votes[candidate]! > votes[winner]!) winner = candidate;
    }
    predictions[query] = winner;
  }
  return predictions;
}
