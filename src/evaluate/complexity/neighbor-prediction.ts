/** How well a pixel is predicted from those beside it by one rule for all places: the simplest convolution. */

import type { PixelTable } from "../layout-recovery/index.js";
import { invertPositive } from "../linear-algebra/index.js";
import { NUM_SCAN_NEIGHBORS, scanNeighbors } from "./scan-neighbors.js";

export interface NeighborPrediction {
  /** ½ log₂(2πe (MSE + 1/12)): what a Gaussian code of the errors costs, in bits a value; 1/12 is rounding to gray levels. */
  readonly bitsPerValue: number;
  /** 1 − MSE / variance, of images that were not fitted: 0 if neighbours say nothing. */
  readonly explained: number;
}

/** Added to the variances of the neighbours, in gray levels squared. */
const RIDGE = 1;
const ROUNDING_VARIANCE = 1 / 12;
const WIDTH = NUM_SCAN_NEIGHBORS + 1;

/**
 * Predict each value from the four before it in reading order that lie beside it, by ridge regression with a constant, the
 * same weights at every place; fitted on every other image, judged on the rest.
 * @param table at least two images, pixels in the order of a grid of this side
 */
export function neighborPrediction(table: PixelTable, side: number): NeighborPrediction {
  const gram = new Float64Array(WIDTH * WIDTH);
  const moments = new Float64Array(WIDTH);
  const known = new Float64Array(WIDTH);
  known[NUM_SCAN_NEIGHBORS] = 1;
  const visit = (isFitted: boolean, see: (value: number) => void): void => {
    for (let image = isFitted ? 0 : 1; image < table.numImages; image += 2) visitImage(table, side, image, known, see);
  };
  let numFitted = 0;
  visit(true, (value) => {
    numFitted++;
    for (let a = 0; a < WIDTH; a++) {
      moments[a]! += known[a]! * value;
      for (let b = 0; b < WIDTH; b++) gram[a * WIDTH + b]! += known[a]! * known[b]!;
    }
  });
  for (let a = 0; a < NUM_SCAN_NEIGHBORS; a++) gram[a * WIDTH + a]! += RIDGE * numFitted;
  const inverse = invertPositive(gram, WIDTH);
  const weights = moments.map((_, a) => dot(inverse.subarray(a * WIDTH, (a + 1) * WIDTH), moments));
  let [count, sum, squares, errors] = [0, 0, 0, 0];
  visit(false, (value) => {
    count++;
    sum += value;
    squares += value * value;
    errors += (value - dot(weights, known)) ** 2;
  });
  const variance = squares / count - (sum / count) ** 2;
  const meanError = errors / count;
  return {
    bitsPerValue: 0.5 * Math.log2(2 * Math.PI * Math.E * (meanError + ROUNDING_VARIANCE)),
    explained: variance > 0 ? 1 - meanError / variance : 0,
  };
}

function visitImage(
  { numPixels, channels, values }: PixelTable,
  side: number,
  image: number,
  known: Float64Array,
  see: (value: number) => void,
): void {
  const pixels = values.subarray(image * numPixels * channels, (image + 1) * numPixels * channels);
  for (let place = 0; place < numPixels; place++) {
    for (let channel = 0; channel < channels; channel++) {
      scanNeighbors(pixels, side, channels, place, channel, known);
      see(pixels[place * channels + channel]!);
    }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
