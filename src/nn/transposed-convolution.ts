import { addPerChannel, type ConvolutionParameters } from "./convolution.js";
import { type Initialiser, kaimingNormal, zeros } from "./initialisers.js";
import type { Layer } from "./layer.js";
import { parameter } from "./parameter.js";

export interface TransposedConvolutionOptions {
  readonly kernelSize?: number;
  readonly stride?: number;
  /** Rows and columns cut off each side of the result. */
  readonly padding?: number;
  /** Rows and columns added at its end; below the stride. */
  readonly outputPadding?: number;
  readonly bias?: boolean;
  readonly weightInit?: Initialiser;
}

/**
 * Transposed convolution: the map back from a convolution's result to the size of its images, as decoders need it.
 *   out[b, o, i·stride + k − padding] += x[b, c, i] · weight[c, o, k]
 * @returns layer [B, inChannels, H, W] -> [B, outChannels, H', W'],
 *   H' = (H − 1) stride − 2 padding + kernelSize + outputPadding; the weight is [inChannels, outChannels, k, k]
 * The defaults (kernel 4, stride 2, padding 1) double the size, and every place gets equally many terms.
 * Start: normal with variance 2 / fan-in, where the fan-in is the terms a place sums: inChannels · (k / stride)².
 */
export function transposedConvolution(
  inChannels: number,
  outChannels: number,
  options: TransposedConvolutionOptions = {},
): Layer<ConvolutionParameters> {
  const { kernelSize = 4, stride = 2, padding = 1, outputPadding = 0, bias = false } = options;
  const { weightInit = kaimingNormal(inChannels * (kernelSize / stride) ** 2) } = options;
  const weight = parameter([inChannels, outChannels, kernelSize, kernelSize], "weight", weightInit);
  return {
    parameters: bias ? { weight, bias: parameter([outChannels], "bias", zeros) } : { weight },
    apply: (parameters, x) =>
      addPerChannel(x.convTranspose2d(parameters.weight, { stride, padding, outputPadding }), parameters.bias),
  };
}
