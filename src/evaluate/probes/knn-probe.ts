/** k nearest neighbours: the probe without training. */
import type { ConfigOf, OptionTable } from "../../compute/index.js";
import { wilsonEstimate } from "../intervals.js";
import { type Neighbors, nearestNeighbors } from "../linear-algebra/index.js";
import { countCorrect, type Probe, type ProbeEstimate, type ProbeTask, strongest } from "./probe.js";

/** Options of a vote, with its defaults. */
export const voteOptions = (k: number, temperature: number) =>
  ({
    k: { default: k, min: 1, integer: true, doc: "how many neighbours vote; fewer if there are fewer training images" },
    temperature: {
      default: temperature,
      min: 1e-3,
      doc: "sharpness of the cosine vote: a neighbour weighs exp(cosine / this)",
    },
  }) satisfies OptionTable;

export type KnnOptions = ReturnType<typeof voteOptions>;

/**
 * The label of a test image by a vote of its k = 20 nearest training images.
 *   cosine: each votes with weight exp(s / 0.07); euclidean: each has one vote
 * Ties: among the classes with most votes, the one whose nearest member is nearest wins.
 * @returns accuracy with Wilson's interval; with several metrics the best, named
 * Source: Wu et al. 2018, arXiv:1805.01978 (weighted vote); Caron et al. 2021, arXiv:2104.14294 (k = 20). Deviations: none.
 */
export const knnProbe: Probe<KnnOptions, ProbeEstimate, "knn"> = {
  name: "knnProbe",
  reportKey: "knn",
  title: "kNN, 20 neighbours",
  summary: "vote of the 20 nearest training images",
  options: voteOptions(20, 0.07),
  run: scoreVote,
};

/** Accuracy of the vote of the k nearest. */
export async function scoreVote(task: ProbeTask, config: ConfigOf<KnnOptions>): Promise<ProbeEstimate> {
  const { train, test, numClasses } = task;
  const results = await neighborsOf(task, config.k);
  const estimates = results.map((neighbors) => {
    const predictions = vote(neighbors, train.labels, numClasses, config.temperature);
    return {
      ...wilsonEstimate(countCorrect(predictions, test.labels), test.labels.length),
      metric: neighbors.metric,
    };
  });
  return strongest(estimates);
}

const MOST_NEIGHBORS = 200;
/** Probes of one task look at the same neighbours: they are found once. */
const found = new WeakMap<ProbeTask, Promise<readonly Neighbors[]>>();

async function neighborsOf(task: ProbeTask, k: number): Promise<readonly Neighbors[]> {
  const { train, test, metrics, programs } = task;
  const numTrain = train.indices.length;
  let pending = k <= MOST_NEIGHBORS ? found.get(task) : undefined;
  if (pending === undefined) {
    const widest = Math.min(Math.max(k, MOST_NEIGHBORS), numTrain);
    pending = nearestNeighbors(test, train, { k: widest, metrics, programs });
    if (k <= MOST_NEIGHBORS) found.set(task, pending);
  }
  return (await pending).map((neighbors) => firstOf(neighbors, Math.min(k, numTrain)));
}

/** The k nearest of more. */
function firstOf(neighbors: Neighbors, k: number): Neighbors {
  const numQueries = neighbors.indices.length / neighbors.k;
  const indices = new Int32Array(numQueries * k);
  const similarities = new Float32Array(numQueries * k);
  for (let query = 0; query < numQueries; query++) {
    const from = query * neighbors.k;
    indices.set(neighbors.indices.subarray(from, from + k), query * k);
    similarities.set(neighbors.similarities.subarray(from, from + k), query * k);
  }
  return { metric: neighbors.metric, k, indices, similarities };
}

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
