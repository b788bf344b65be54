import { float32, Tensor } from "../compute/index.js";
import { lineWeights } from "./resample-line.js";

/**
 * Values on a square grid, read on another grid over the same square by bilinear interpolation between cell centres.
 * @param values [fromSize², D], row by row
 * @returns [toSize², D]; the values themselves if the sizes agree
 */
export function resampleGrid(values: Tensor, fromSize: number, toSize: number): Tensor {
  if (fromSize === toSize) return values;
  return Tensor.constant(float32(resamplingMatrix(fromSize, toSize), [toSize ** 2, fromSize ** 2])).matmul(values);
}

/** [toSize², fromSize²]: the product of one interpolation along rows and one along columns; each row sums to 1. */
function resamplingMatrix(fromSize: number, toSize: number): Float32Array {
  const line = Array.from({ length: toSize }, (_, to) => lineWeights(fromSize, toSize, to));
  const matrix: number[] = [];
  for (const row of line) {
    for (const column of line) {
      for (const rowWeight of row) for (const columnWeight of column) matrix.push(rowWeight * columnWeight);
    }
  }
  return Float32Array.from(matrix);
}
