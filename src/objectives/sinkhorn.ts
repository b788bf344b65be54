import { concat, type Tensor } from "../compute/index.js";

const NUM_ROUNDS = 3;

/**
 * Sinkhorn and Knopp's balancing: assignments of images to prototypes that use all prototypes about equally.
 *   Q = exp(x / τ); three times: each prototype gets mass 1, then each image gets mass 1
 * The last half round is over images, so every row is a distribution. In logarithms, so that no scale overflows.
 * @param logits one a view, each [B, K]; balanced together, as one batch
 * @param temperature τ, scalar
 * @returns one a view: [B, K], rows that sum to 1
 * Source: Caron et al. 2020, arXiv:2006.09882, with DINOv2's three rounds. Deviations: none.
 */
export function sinkhorn(logits: readonly Tensor[], temperature: Tensor): Tensor[] {
  let logQ = concat(logits, 0).div(temperature); // [V * B, K]
  for (let round = 0; round < NUM_ROUNDS; round++) {
    logQ = logQ.sub(logQ.logSumExp(0, { keepDims: true }));
    logQ = logQ.logSoftmax(1);
  }
  return logQ.exp().split(0, logits.length);
}
