import { type Tensor, ValueError } from "../compute/index.js";
import { type Initialiser, kaimingNormal, zeros } from "./initialisers.js";
import type { Layer } from "./layer.js";
import { type ParameterSpec, parameter } from "./parameter.js";

export interface ConvolutionOptions {
  readonly kernelSize?: number;
  readonly stride?: number;
  /** Zeros on each side; the default keeps the size at stride 1 and an odd kernel. */
  readonly padding?: number;
  /** Channels are cut into this many groups, each convolved on its own; as many as channels: depthwise. */
  readonly groups?: number;
  /** Off by default: a BatchNorm follows most convolutions. */
  readonly bias?: boolean;
  readonly weightInit?: Initialiser;
}

export type ConvolutionParameters = { readonly weight: ParameterSpec; readonly bias?: ParameterSpec };

/**
 * Two-dimensional convolution (cross-correlation) with zero padding.
 * @returns layer [B, inChannels, H, W] -> [B, outChannels, H', W'],
 *   H' = floor((H + 2 padding − kernelSize) / stride) + 1; the weight is [outChannels, inChannels / groups, k, k]
 * @throws ValueError if the groups divide not both numbers of channels
 * Start: normal with variance 2 / fan-in (He et al. 2015), unless `weightInit` says otherwise.
 */
export function convolution(
  inChannels: number,
  outChannels: number,
  options: ConvolutionOptions = {},
): Layer<ConvolutionParameters> {
  const { kernelSize = 3, stride = 1, padding = Math.floor(kernelSize / 2), groups = 1, bias = false } = options;
  if (inChannels % groups !== 0 || outChannels % groups !== 0) {
    const expected = `a divisor of the ${inChannels} channels in and the ${outChannels} channels out`;
    throw new ValueError("convolution", "groups", expected, groups);
  }
  const fanIn = (inChannels / groups) * kernelSize * kernelSize;
  const { weightInit = kaimingNormal(fanIn) } = options;
  const weight = parameter([outChannels, inChannels / groups, kernelSize, kernelSize], "weight", weightInit);
  return {
    parameters: bias ? { weight, bias: parameter([outChannels], "bias", zeros) } : { weight },
    apply: (parameters, x) => addPerChannel(x.conv2d(parameters.weight, { stride, padding, groups }), parameters.bias),
  };
}

/** A map [B, C, H, W] plus a bias [C] for each of its channels, where there is one. */
export function addPerChannel(map: Tensor, bias: Tensor | undefined): Tensor {
  return bias === undefined ? map : map.add(bias.reshape([1, bias.size, 1, 1]));
}
