/**
 * SIGReg: how far projections are from a standard normal, judged along random directions.
 * Source: Balestriero and LeCun 2025, arXiv:2511.08544 (LeJEPA), with the Epps-Pulley test of normality.
 */
import { float32, type HostArray, type Random, Tensor } from "../compute/index.js";

/**
 * Where the characteristic function is compared: on "half" of the line up to 3, on the "full" line to ±5, or at a "coarse"
 * ten points up to ±3.
 */
export type SigregDomain = "half" | "full" | "coarse";

export interface Knots {
  readonly positions: readonly number[];
  /** Trapezoid weight times the window exp(−t²/2), for both signs of t. */
  readonly weights: readonly number[];
}

/** Points t > 0: where the first lies and how far apart they are, in intervals of last / numIntervals. */
const GRIDS: Readonly<Record<SigregDomain, { last: number; numIntervals: number; first: number }>> = {
  half: { last: 3, numIntervals: 16, first: 1 },
  full: { last: 5, numIntervals: 8, first: 1 },
  coarse: { last: 3, numIntervals: 4.5, first: 0.5 },
};

/**
 * Integration points of ∫ w(t) f(t) dt for even f, w(t) = exp(−t²/2), by the trapezoid rule.
 * "half": 17 points on [0, 3], doubled (the released code); "full": 17 points on [−5, 5] (the paper); "coarse": 10 points
 * on [−3, 3] (facebookresearch/eb_jepa). By symmetry only t > 0 is needed, with double weights; at t = 0 every
 * characteristic function is 1, so nothing is compared there.
 */
export function knotsOf(domain: SigregDomain): Knots {
  const { last, numIntervals, first } = GRIDS[domain];
  const spacing = last / numIntervals;
  const numKnots = numIntervals - first + 1;
  const positions = Array.from({ length: numKnots }, (_, k) => (k + first) * spacing);
  const weights = positions.map((t, k) => (k + 1 === numKnots ? 1 : 2) * spacing * Math.exp(-(t ** 2) / 2));
  return { positions, weights };
}

/** Directions of unit length, uniform on the sphere: [D, numSlices], one a column. */
export function drawDirections(dim: number, numSlices: number, random: Random): HostArray {
  const values = new Float32Array(dim * numSlices);
  for (let slice = 0; slice < numSlices; slice++) {
    const column = Array.from({ length: dim }, () => random.normal());
    const length = Math.hypot(...column);
    for (let d = 0; d < dim; d++) values[d * numSlices + slice] = column[d]! / length;
  }
  return float32(values, [dim, numSlices]);
}

/**
 * The Epps-Pulley statistic T, averaged over directions and views.
 *   T = B ∫ w(t) [(mean_i cos t p_i − exp(−t²/2))² + (mean_i sin t p_i)²] dt,   p = z · direction
 * For independent standard normal projections E[T] = 1.05 at any B; if all are one point at the origin, T = .402 B.
 * @param projections V views, each [B, D], each judged alone (together they would be another statistic)
 * @param directions [D, numSlices], unit columns
 * @returns scalar
 */
export function sigreg(projections: Tensor, directions: Tensor, domain: SigregDomain): Tensor {
  const [V, B, D] = projections.shape as [number, number, number];
  const numSlices = directions.shape[1]!;
  const { positions, weights } = knotsOf(domain);
  const K = positions.length;
  const perKnot = (values: readonly number[]): Tensor => Tensor.constant(float32(values, [K, 1, 1]));

  const slices = projections
    .reshape([V * B, D])
    .matmul(directions)
    .reshape([1, V, B, numSlices]);
  const angles = slices.mul(Tensor.constant(float32(positions, [K, 1, 1, 1]))); // [K, V, B, slices]
  const normal = perKnot(positions.map((t) => Math.exp(-(t ** 2) / 2)));
  const realError = angles.cos().mean(2).sub(normal); // [K, V, slices]
  const imaginaryError = angles.sin().mean(2);
  const distance = realError.square().add(imaginaryError.square()).mul(perKnot(weights));
  return distance.sum().mul(B / (V * numSlices));
}
