/** The meter of memory: are images that were trained on recognised better than images that were not? */
import { ShapeError } from "../../compute/index.js";
import type { Features } from "../features.js";
import { directions, dot } from "./directions.js";

/** Two views of the same images, row by row. */
export type ViewPair = readonly [first: Features, second: Features];

/** A type, not an interface, so that it is a `Tree` of numbers by structure. */
export type RecognitionMeters = {
  /** Of images that are trained on: mean reciprocal rank of an image's second view among those of all. */
  readonly seen: number;
  /** The same of as many images that are not; absent if all are trained on. */
  readonly unseen?: number;
};

/** @param unseen pairs of images that are not trained on: as many as of `seen`, or none */
export function readRecognition(seen: ViewPair, unseen?: ViewPair): RecognitionMeters {
  return { seen: reciprocalRank(seen), ...(unseen && { unseen: reciprocalRank(unseen) }) };
}

/**
 * Mean over images of 1 / (1 + number of other images whose second view is nearer than the own), by cosine after the
 * mean of all is taken off: 1 if every image is known by its other view, about ln n / n if none is.
 * @throws ShapeError if the two views are not of the same images
 */
export function reciprocalRank([first, second]: ViewPair): number {
  const { numImages, dim } = first;
  if (second.numImages !== numImages || second.dim !== dim || numImages < 2) {
    throw new ShapeError("reciprocalRank", "second", [numImages, dim], [second.numImages, second.dim]);
  }
  const mean = new Float64Array(dim);
  for (const { values } of [first, second]) {
    values.forEach((value, i) => {
      mean[i % dim]! += value / (2 * numImages);
    });
  }
  const [x, y] = [directions(first, mean), directions(second, mean)];
  let sum = 0;
  for (const [i, row] of x.entries()) {
    const own = dot(row, y[i]!);
    sum += 1 / (1 + y.filter((other, j) => j !== i && dot(row, other) >= own).length);
  }
  return sum / numImages;
}
