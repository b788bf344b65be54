import { kaimingNormal, zeros } from "./initialisers.js";
import type { Layer } from "./layer.js";
import { type ParameterSpec, parameter } from "./parameter.js";

export interface ConvolutionOptions {
  readonly kernelSize?: number;
  readonly stride?: number;
  /** Zeros on each side; the default keeps the size at stride 1. */
  readonly padding?: number;
  /** Off by default: a BatchNorm follows most convolutions. */
  readonly bias?: boolean;
}

export type ConvolutionParameters = { readonly weight: ParameterSpec; readonly bias?: ParameterSpec };

/**
 * Two-dimensional convolution (cross-correlation) with zero padding.
 * @returns layer [B, inChannels, H, W] -> [B, outChannels, H', W'],
 *   H' = floor((H + 2 padding − kernelSize) / stride) + 1
 * Start: normal with variance 2 / fan-in (He et al. 2015).
 */
export function convolution(
  inChannels: number,
  outChannels: number,
  options: ConvolutionOptions = {},
): Layer<ConvolutionParameters> {
  const { kernelSize = 3, stride = 1, padding = Math.floor(kernelSize / 2), bias = false } = options;
  const fanIn = inChannels * kernelSize * kernelSize;
  const weight = parameter([outChannels, inChannels, kernelSize, kernelSize], "weight", kaimingNormal(fanIn));
  return {
    parameters: bias ? { weight, bias: parameter([outChannels], "bias", zeros) } : { weight },
    apply(parameters, x) {
      const map = x.conv2d(parameters.weight, { stride, padding });
      return parameters.bias === undefined ? map : map.add(parameters.bias.reshape([1, outChannels, 1, 1]));
    },
  };
}
