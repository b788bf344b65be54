/** Meters of two views of the same images: do they meet, and do different images stay apart? */
import { ShapeError } from "../../compute/index.js";
import type { Features } from "../features.js";
import { directions, dot } from "./directions.js";

/** A type, not an interface, so that it is a `Tree` of numbers by structure. */
export type PairMeters = {
  /** Mean ‖x̂ − ŷ‖² of two views of an image: 0 when they meet, 2 when they have nothing in common. */
  readonly alignment: number;
  /** log mean exp(−2 ‖x̂ᵢ − x̂ⱼ‖²) over different images: −4 at right angles, 0 at one point. */
  readonly uniformity: number;
  /** Mean cosine of two views of an image. */
  readonly positiveSimilarity: number;
  /** Mean cosine of different images. */
  readonly negativeSimilarity: number;
  /** positiveSimilarity − negativeSimilarity: what an image has of its own. */
  readonly similarityGap: number;
};

/**
 * Read the meters of pairs, directions only: x̂ = x / ‖x‖ (0 for x = 0), not centred.
 * @param first, second [N, D] of two views, row i of both from image i, N >= 2
 * @throws ShapeError if the shapes differ
 * Source: alignment (α = 2) and uniformity (t = 2): Wang and Isola 2020, arXiv:2005.10242; uniformity is of the first view.
 */
export function readPairMeters(first: Features, second: Features): PairMeters {
  const { numImages, dim } = first;
  if (second.numImages !== numImages || second.dim !== dim || numImages < 2) {
    throw new ShapeError("readPairMeters", "second", [numImages, dim], [second.numImages, second.dim]);
  }
  const [x, y] = [directions(first), directions(second)];
  const lengths = x.map((row) => dot(row, row)); // 1, or 0 for what has no direction
  let [distance, positive, potential, negative] = [0, 0, 0, 0];
  for (let i = 0; i < numImages; i++) {
    const own = dot(x[i]!, y[i]!);
    positive += own;
    distance += lengths[i]! + dot(y[i]!, y[i]!) - 2 * own;
    for (let j = 0; j < i; j++) {
      const other = dot(x[i]!, x[j]!);
      negative += other;
      potential += Math.exp(-2 * (lengths[i]! + lengths[j]! - 2 * other));
    }
  }
  const numPairs = (numImages * (numImages - 1)) / 2;
  const [positiveSimilarity, negativeSimilarity] = [positive / numImages, negative / numPairs];
  return {
    alignment: distance / numImages,
    uniformity: Math.log(potential / numPairs),
    positiveSimilarity,
    negativeSimilarity,
    similarityGap: positiveSimilarity - negativeSimilarity,
  };
}

/** Mean cosine of rows that belong together, not centred; 0 for rows of zeros. */
export function meanCosine(first: Features, second: Features): number {
  const [x, y] = [directions(first), directions(second)];
  return x.reduce((sum, row, i) => sum + dot(row, y[i]!), 0) / x.length;
}
