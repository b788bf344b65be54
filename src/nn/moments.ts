/** Means and squares whose gradients are cheap; shared by the normalisation layers and the objectives. */
import type { Axes, Tensor } from "../compute/index.js";

/**
 * Σ x² along the axes, which are kept with size 1.
 * The gradient of x·x is two products of full size and their sum. Here one factor is held fixed, which gives half of
 * the gradient for one product, and the halves are put right on the small result: 2s − stopGradient(s).
 */
export function sumOfSquares(x: Tensor, axes?: Axes): Tensor {
  const sum = x.mul(x.stopGradient()).sum(axes, { keepDims: true });
  return sum.mul(2).sub(sum.stopGradient());
}

/** 1 / √(variance + epsilon). */
export function inverseStd(variance: Tensor, epsilon: number): Tensor {
  return variance.add(epsilon).sqrt().reciprocal();
}
