import { type Tensor, withGradient } from "../compute/index.js";
import { ones, zeros } from "./initialisers.js";
import type { Layer } from "./layer.js";
import { type ParameterSpec, parameter } from "./parameter.js";

/** As in vision transformers. */
export const NORM_EPSILON = 1e-6;

export type LayerNormParameters = { readonly gain: ParameterSpec; readonly bias: ParameterSpec };

/**
 * LayerNorm: each vector along the last axis gets mean 0 and variance 1, then a learned gain and bias.
 *   y = (x − mean) / √(var + ε) · gain + bias, var biased
 * @returns layer [..., D] -> [..., D]
 * Source: Ba et al. 2016, arXiv:1607.06450. Differentiates once.
 */
export function layerNorm(dim: number, epsilon = NORM_EPSILON): Layer<LayerNormParameters> {
  return {
    parameters: { gain: parameter([dim], "gain", ones), bias: parameter([dim], "bias", zeros) },
    apply: ({ gain, bias }, x) => standardise(x, epsilon, centred).mul(gain).add(bias),
  };
}

/**
 * Mean 0 and variance 1 along the last axis, with a gradient by hand:
 *   n = (x − mean) / √(var + ε); dn = (c − n mean(n c)) / √(var + ε) with c the centred change of x
 * @param centre how a change of x is centred
 */
export function standardise(x: Tensor, epsilon: number, centre: (change: Tensor) => Tensor): Tensor {
  const deviations = centred(x.stopGradient());
  const inverseStd = deviations.square().mean(-1, { keepDims: true }).add(epsilon).sqrt().reciprocal(); // [..., 1]
  const normed = deviations.mul(inverseStd);
  return withGradient(x, normed, (change) => {
    const moved = centre(change);
    return moved.sub(normed.mul(moved).mean(-1, { keepDims: true }).mul(normed)).mul(inverseStd);
  });
}

/** x less its mean along an axis. */
export function centred(x: Tensor, axis = -1): Tensor {
  return x.sub(x.mean(axis, { keepDims: true }));
}
