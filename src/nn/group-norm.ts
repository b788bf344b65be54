import { expectShape, float32, Tensor, ValueError } from "../compute/index.js";
import { type Initialiser, ones, zeros } from "./initialisers.js";
import type { Layer } from "./layer.js";
import { inverseStd, sumOfSquares } from "./moments.js";
import { type ParameterSpec, parameter } from "./parameter.js";

export interface GroupNormOptions {
  readonly epsilon?: number;
  /** Zeros silence a residual branch at the start. */
  readonly gainInit?: Initialiser;
}

export type GroupNormParameters = { readonly gain: ParameterSpec; readonly bias: ParameterSpec };

/**
 * GroupNorm: in each image each group of neighbouring channels gets mean 0 and variance 1, then each channel a gain and
 * a bias. It never looks at other images, so a batch may be encoded in chunks, and training equals evaluation.
 *   y = (x − mean) / √(var + ε) · gain + bias, var biased, both over the places and the channels of a group
 * @returns layer [B, C, H, W] -> [B, C, H, W]
 * @throws ValueError if the groups do not divide the channels
 * Source: Wu and He 2018, arXiv:1803.08494. Deviations: none.
 */
export function groupNorm(
  channels: number,
  numGroups: number,
  options: GroupNormOptions = {},
): Layer<GroupNormParameters> {
  const { epsilon = 1e-5, gainInit = ones } = options;
  if (!Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
    throw new ValueError("groupNorm", "numGroups", `a divisor of the ${channels} channels`, numGroups);
  }
  const perChannel = [1, channels, 1, 1];
  return {
    parameters: { gain: parameter([channels], "gain", gainInit), bias: parameter([channels], "bias", zeros) },
    apply({ gain, bias }, x) {
      const [, , H, W] = expectShape("groupNorm", "x", x, ["B", channels, "H", "W"]);
      const mean = groupMean(x.mean([2, 3], { keepDims: true }), numGroups);
      const centered = x.sub(mean.stopGradient());
      // The variance is flat in the mean (Σ centered = 0), so holding the mean fixed loses no gradient here.
      const variance = groupMean(sumOfSquares(centered, [2, 3]).mul(1 / (H * W)), numGroups);
      const scale = inverseStd(variance, epsilon).mul(gain.reshape(perChannel)); // [B, C, 1, 1]
      // Zero in value. The gradient through the mean takes this way, over B·C numbers instead of the whole batch.
      const drift = mean.stopGradient().sub(mean).mul(scale);
      return centered.mul(scale).add(drift.add(bias.reshape(perChannel)));
    },
  };
}

/**
 * The mean over the channels of a group, for each channel: [B, C, 1, 1] -> [B, C, 1, 1].
 * As products with the matrix that says which channel is in which group, the means and their gradients are numbers a
 * channel. Broadcast from numbers a group, they would have whole maps walked group by group, in runs of a few channels.
 */
function groupMean(values: Tensor, numGroups: number): Tensor {
  const [B, C] = expectShape("groupNorm", "values", values, ["B", "C", 1, 1]);
  const inGroup = C / numGroups;
  const isMember = Float32Array.from({ length: C * numGroups }, (_, i) => {
    const [channel, group] = [Math.floor(i / numGroups), i % numGroups];
    return Number(Math.floor(channel / inGroup) === group);
  });
  const membership = Tensor.constant(float32(isMember, [C, numGroups]));
  const means = values
    .reshape([B, C])
    .matmul(membership)
    .mul(1 / inGroup); // [B, numGroups]
  return means.matmul(membership.transpose()).reshape([B, C, 1, 1]);
}
