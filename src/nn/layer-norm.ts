import { ones, zeros } from "./initialisers.js";
import type { Layer } from "./layer.js";
import { inverseStd, sumOfSquares } from "./moments.js";
import { type ParameterSpec, parameter } from "./parameter.js";

export type LayerNormParameters = { readonly gain: ParameterSpec; readonly bias: ParameterSpec };

/**
 * LayerNorm: each vector along the last axis gets mean 0 and variance 1, then a learned gain and bias.
 *   y = (x − mean) / √(var + ε) · gain + bias, var biased
 * @returns layer [..., D] -> [..., D]
 * Source: Ba et al. 2016, arXiv:1607.06450; ε = 1e-6 as in vision transformers.
 */
export function layerNorm(dim: number, epsilon = 1e-6): Layer<LayerNormParameters> {
  return {
    parameters: { gain: parameter([dim], "gain", ones), bias: parameter([dim], "bias", zeros) },
    apply({ gain, bias }, x) {
      const centered = x.sub(x.mean(-1, { keepDims: true }));
      const variance = sumOfSquares(centered, -1).mul(1 / dim); // [..., 1]
      return centered.mul(inverseStd(variance, epsilon)).mul(gain).add(bias);
    },
  };
}
