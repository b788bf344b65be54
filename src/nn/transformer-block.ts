import { attention } from "./attention.js";
import { residual, sequence, watched } from "./layer.js";
import { mlp } from "./mlp.js";
import { preNorm } from "./pre-norm.js";

/**
 * Block of a pre-norm transformer: x + attention(norm(x)), then x + mlp(norm(x)), GELU with erf.
 * @param mlpRatio hidden width of the MLP, as a multiple of the width
 * @returns layer [B, N, D] -> [B, N, D]
 * @throws ValueError if the width is not divisible by the number of heads
 */
export function transformerBlock(width: number, numHeads: number, mlpRatio = 4) {
  const layers = {
    attention: residual(preNorm(width, attention(width, numHeads))),
    mlp: residual(preNorm(width, mlp(width, Math.round(width * mlpRatio)))),
  };
  return watched(sequence(layers), -1);
}
