import { float32, Tensor } from "../compute/index.js";

/**
 * Values along a line, read at another number of places over the same length by linear interpolation between middles.
 * @param values [fromSize, D]
 * @returns [toSize, D]; the values themselves if the sizes agree
 */
export function resampleLine(values: Tensor, toSize: number): Tensor {
  const fromSize = values.shape[0]!;
  return fromSize === toSize ? values : lineMatrix(fromSize, toSize).matmul(values);
}

/** [toSize, fromSize]: the weights of the places each result is read from; each row sums to 1. */
export function lineMatrix(fromSize: number, toSize: number): Tensor {
  const rows = Array.from({ length: toSize }, (_, to) => lineWeights(fromSize, toSize, to));
  return Tensor.constant(float32(Float32Array.from(rows.flat()), [toSize, fromSize]));
}

/** How much each of `fromSize` places counts in place `to` of `toSize`. */
export function lineWeights(fromSize: number, toSize: number, to: number): number[] {
  const center = ((to + 0.5) * fromSize) / toSize - 0.5;
  const at = Math.min(Math.max(center, 0), fromSize - 1);
  return Array.from({ length: fromSize }, (_, from) => Math.max(0, 1 - Math.abs(from - at)));
}
