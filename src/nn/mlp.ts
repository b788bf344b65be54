import { truncatedNormal, zeros } from "./initialisers.js";
import type { Layer } from "./layer.js";
import { type LinearParameters, linear } from "./linear.js";

export type MlpParameters = { readonly expand: LinearParameters; readonly contract: LinearParameters };

/**
 * The two-layer network of a transformer block: GELU(x W₁ + b₁) W₂ + b₂.
 * @returns layer [..., dim] -> [..., dim]. Start: truncated normal .02, biases 0.
 */
export function mlp(dim: number, hiddenDim: number): Layer<MlpParameters> {
  const start = { weightInit: truncatedNormal(0.02), biasInit: zeros };
  const expand = linear(dim, hiddenDim, start);
  const contract = linear(hiddenDim, dim, start);
  return {
    parameters: { expand: expand.parameters, contract: contract.parameters },
    apply(parameters, x, mode) {
      const hidden = expand.apply(parameters.expand, x, mode).gelu();
      return contract.apply(parameters.contract, hidden, mode);
    },
  };
}
