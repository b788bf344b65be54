import { Tensor } from "../compute/index.js";

/** Smallest squared distance that counts: 2 − 2 cos of float32 is wrong by about 2e-7. */
const SMALLEST_SQUARE = 1e-6;

/**
 * KoLeo: how close each point is to its nearest neighbour, to push points apart evenly over the sphere.
 *   koleo = −mean_i log(‖x̂_i − x̂_n(i)‖ + 1e-8),   x̂ = x / ‖x‖,   n(i) the nearest other point
 * Over points of one kind: the two views of an image must not repel each other.
 * @param points [B, D], B >= 2, any scale
 * @returns scalar
 * Golden .187791 (goldens.test.ts). Source: Sablayrolles et al. 2019, arXiv:1806.03198, as DINOv2 (arXiv:2304.07193) has
 * it. Deviation: points nearer than 1e-3 count as 1e-3 apart and are not pushed: they have no direction to go.
 */
export function koleo(points: Tensor): Tensor {
  const B = points.shape[0]!;
  const directions = points.normalizeL2();
  const itself = Tensor.identity(B).mul(4); // further away than any cosine can be
  const cosines = directions.matmul(directions.transpose()).sub(itself); // [B, B]
  const squares = cosines.max(1).mul(-2).add(2); // [B]: ‖x̂ − ŷ‖² = 2 − 2 cos
  return squares.maximum(SMALLEST_SQUARE).sqrt().add(1e-8).log().mean().neg();
}
