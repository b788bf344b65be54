/** Functions whose gradient is written by hand. */
import type { Tensor } from "./tensor.js";

/**
 * `value` going forward; going backward, the transpose of `linearised`.
 *   y = stopGradient(value) + linearised(x − stopGradient(x))
 * The change x − stopGradient(x) is zero, and so is what a linear function makes of it: the native compiler leaves
 * nothing of it in the forward pass. What automatic differentiation sees of y is `linearised` alone.
 * x must be finite: engines that do compute the change make NaN of ∞ − ∞. So a logit is masked by a large negative
 * number, not by −∞.
 * @param value f(x), in any shape
 * @param linearised the differential of f at x, applied to a change of x; linear in it, and built from tensors that no
 *   gradient passes (`stopGradient`)
 */
export function withGradient(x: Tensor, value: Tensor, linearised: (change: Tensor) => Tensor): Tensor {
  return value.stopGradient().add(linearised(x.sub(x.stopGradient())));
}
