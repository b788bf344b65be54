/** Functions made of a tensor's basic operations: activations, and reductions that are more than one pass. */
import { withGradient } from "./custom-gradient.js";
import { type Axes, resolveAxes } from "./shape-checks.js";
import type { ReduceOptions, Tensor } from "./tensor.js";

/** max(x, 0); the gradient at 0 is 0. Written with a mask, which costs less than a select and keeps NaN visible. */
export function relu(x: Tensor): Tensor {
  return x.mul(x.greater(0).astype("float32").stopGradient());
}

/** s = 1 / (1 + e^-x); ds = (s − s²) dx, by hand: finite where e^-x is not. Differentiates once. */
export function sigmoid(x: Tensor): Tensor {
  const s = x.stopGradient().neg().exp().add(1).reciprocal();
  return withGradient(x, s, (change) => change.mul(s.sub(s.square())));
}

/** t = 2 sigmoid(2x) − 1; dt = (1 − t²) dx, by hand. Differentiates once. */
export function tanh(x: Tensor): Tensor {
  const t = x.stopGradient().mul(-2).exp().add(1).reciprocal().mul(2).sub(1);
  return withGradient(x, t, (change) => change.mul(t.square().neg().add(1)));
}

/**
 * x Φ(x), the exact form with erf. In u = x / √2 it is h(u) / √2 with h = u (1 + erf u), and by hand
 *   dh/du = 1 + erf u + u exp(ln(2 / √π) − u²)
 * which leaves both outer factors to the products around it. Differentiates once.
 */
export function gelu(x: Tensor): Tensor {
  const scaled = x.mul(Math.SQRT1_2);
  const u = scaled.stopGradient();
  const onePlusErf = u.erf().add(1);
  const slope = u
    .square()
    .neg()
    .add(Math.log(2 / Math.sqrt(Math.PI)))
    .exp()
    .mul(u)
    .add(onePlusErf);
  return withGradient(scaled, u.mul(onePlusErf), (change) => change.mul(slope)).mul(Math.SQRT1_2);
}

/** Mean squared deviation; divides by count - correction (0: biased, 1: unbiased). */
export function variance(x: Tensor, axes?: Axes, options?: ReduceOptions & { readonly correction?: 0 | 1 }): Tensor {
  const count = resolveAxes("variance", x.shape, axes).reduce((n, axis) => n * x.shape[axis]!, 1);
  const centered = x.sub(x.mean(axes, { keepDims: true }));
  return centered
    .square()
    .sum(axes, options)
    .mul(1 / (count - (options?.correction ?? 0)));
}

/** log Σ exp along the axes, shifted by the maximum so that it never overflows. */
export function logSumExp(x: Tensor, axes: Axes, options?: ReduceOptions): Tensor {
  const peak = x.max(axes, { keepDims: true }).stopGradient();
  const sum = x.sub(peak).exp().sum(axes, { keepDims: true }).log().add(peak);
  return options?.keepDims ? sum : sum.squeeze(axes);
}

/** p = exp(x) / Σ exp(x) of finite x; dp = p (dx − Σ p dx), by hand. Differentiates once. */
export function softmax(x: Tensor, axis: number): Tensor {
  const logits = x.stopGradient();
  const shifted = logits.sub(logits.max(axis, { keepDims: true })).exp();
  const p = shifted.mul(shifted.sum(axis, { keepDims: true }).reciprocal());
  return withGradient(x, p, (change) => change.sub(p.mul(change).sum(axis, { keepDims: true })).mul(p));
}

/** log softmax(x). */
export function logSoftmax(x: Tensor, axis: number): Tensor {
  // Shifted first: the logarithm is not added to a large maximum, which would round it away.
  const shifted = x.sub(x.max(axis, { keepDims: true }).stopGradient());
  return shifted.sub(shifted.exp().sum(axis, { keepDims: true }).log());
}

/** x / max(‖x‖₂, epsilon) along the axis. */
export function normalizeL2(x: Tensor, axis: number, epsilon: number): Tensor {
  const squaredNorm = x.square().sum(axis, { keepDims: true });
  return x.mul(
    squaredNorm
      .maximum(epsilon * epsilon)
      .sqrt()
      .reciprocal(),
  );
}
