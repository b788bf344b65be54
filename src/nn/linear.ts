import type { Tensor } from "../compute/index.js";
import { fanInUniform, type Initialiser } from "./initialisers.js";
import type { Layer } from "./layer.js";
import { type ParameterSpec, parameter } from "./parameter.js";

export interface LinearOptions {
  /** Leave the bias out before a BatchNorm, which has its own. */
  readonly bias?: boolean;
  readonly weightInit?: Initialiser;
  readonly biasInit?: Initialiser;
}

export type LinearParameters = { readonly weight: ParameterSpec; readonly bias?: ParameterSpec };

/**
 * Affine map of the last axis: x W + b.
 * @returns layer [..., inDim] -> [..., outDim]; the weight is [inDim, outDim], the transpose of torch's
 * Start: uniform ±1/√inDim for both, as torch.
 */
export function linear(inDim: number, outDim: number, options: LinearOptions = {}): Layer<LinearParameters> {
  const { bias = true, weightInit = fanInUniform(inDim), biasInit = fanInUniform(inDim) } = options;
  const weight = parameter([inDim, outDim], "weight", weightInit);
  return {
    parameters: bias ? { weight, bias: parameter([outDim], "bias", biasInit) } : { weight },
    apply: (parameters, x) => affine(x, parameters.weight, parameters.bias),
  };
}

/** x W + b, where b may be missing. */
export function affine(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const product = x.matmul(weight);
  return bias === undefined ? product : product.add(bias);
}
