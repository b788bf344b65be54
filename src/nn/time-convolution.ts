import { ValueError } from "../compute/index.js";
import { kaimingNormal } from "./initialisers.js";
import type { Layer } from "./layer.js";
import { type ParameterSpec, parameter } from "./parameter.js";

export interface TimeConvolutionOptions {
  /** Steps a kernel spans: an odd number. */
  readonly kernelSize?: number;
  readonly stride?: number;
}

export type TimeConvolutionParameters = { readonly weight: ParameterSpec };

/**
 * Convolution (cross-correlation) over time with zero padding, of series held as maps of one row, as norms take them.
 * @returns layer [B, inChannels, 1, T] -> [B, outChannels, 1, ceil(T / stride)]; the weight is [outChannels, inChannels, 1, k]
 * @throws ValueError for an even kernel
 * Start: normal with variance 2 / fan-in (He et al. 2015).
 */
export function timeConvolution(
  inChannels: number,
  outChannels: number,
  { kernelSize = 5, stride = 1 }: TimeConvolutionOptions = {},
): Layer<TimeConvolutionParameters> {
  if (kernelSize % 2 === 0) throw new ValueError("timeConvolution", "kernelSize", "an odd number", kernelSize);
  const reach = (kernelSize - 1) / 2;
  const start = kaimingNormal(inChannels * kernelSize);
  const weight = parameter([outChannels, inChannels, 1, kernelSize], "weight", start);
  return {
    parameters: { weight },
    apply(parameters, x) {
      // Written out: the padding of conv2d would be one of rows too.
      const inTime: readonly [number, number] = [reach, reach];
      return x.pad([[0, 0], [0, 0], [0, 0], inTime]).conv2d(parameters.weight, { stride });
    },
  };
}
