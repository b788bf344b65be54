/**
 * LayerNorm for the affine maps that follow it. Its gain and bias are taken into their weights,
 *   (n ⊙ gain + bias) W + b = n (gain ⊙ W) + (bias W + b)
 * and so is the centring: n has mean 0, so each column of the new weight may be given mean 0, and then the gradient that
 * comes back through it has mean 0 as well. All of this happens on [D, M] instead of [B, N, D].
 */
import type { Tensor } from "../compute/index.js";
import type { Layer, Mode } from "./layer.js";
import { centred, type LayerNormParameters, layerNorm, NORM_EPSILON, standardise } from "./layer-norm.js";
import type { TensorsOf } from "./parameter.js";

/** The input of affine maps: `x`, after what `fold` does to their weights. */
export interface AffineInput {
  readonly x: Tensor;
  /** @param weight [D, M], bias [M] */
  fold(weight: Tensor, bias: Tensor): { readonly weight: Tensor; readonly bias: Tensor };
}

/** A layer that begins with affine maps of its input. */
export interface AffineFirstLayer<S> extends Layer<S> {
  applyToAffine(parameters: TensorsOf<S>, input: AffineInput, mode: Mode): Tensor;
}

/** A layer from what it makes of the input of its affine maps. */
export function affineFirst<S>(
  parameters: S,
  applyToAffine: AffineFirstLayer<S>["applyToAffine"],
): AffineFirstLayer<S> {
  const plain = (x: Tensor): AffineInput => ({ x, fold: (weight, bias) => ({ weight, bias }) });
  return { parameters, applyToAffine, apply: (values, x, mode) => applyToAffine(values, plain(x), mode) };
}

/** layer(layerNorm(x)), for less: as a pre-norm transformer block begins. */
export function preNorm<S>(
  dim: number,
  layer: AffineFirstLayer<S>,
): Layer<{ readonly norm: LayerNormParameters; readonly mix: S }> {
  return {
    parameters: { norm: layerNorm(dim).parameters, mix: layer.parameters },
    apply({ norm, mix }, x, mode) {
      const input: AffineInput = {
        // The weights centre: a change of x need not be.
        x: standardise(x, NORM_EPSILON, (change) => change),
        fold(weight, bias) {
          const scaled = norm.gain.expandDims(1).mul(weight); // [D, M]
          const shift = norm.bias.expandDims(0).matmul(weight).squeeze(0); // [M]
          return { weight: centred(scaled, 0), bias: shift.add(bias) };
        },
      };
      return layer.applyToAffine(mix as TensorsOf<S>, input, mode);
    },
  };
}
