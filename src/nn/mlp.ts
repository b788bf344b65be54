import { truncatedNormal, zeros } from "./initialisers.js";
import { affine, type LinearParameters, linear } from "./linear.js";
import { show } from "./observe.js";
import { type ParameterSpec, parameter } from "./parameter.js";
import { type AffineFirstLayer, affineFirst } from "./pre-norm.js";

export type MlpParameters = {
  readonly expand: { readonly weight: ParameterSpec; readonly bias: ParameterSpec };
  readonly contract: LinearParameters;
};

/**
 * The two-layer network of a transformer block: GELU(x W₁ + b₁) W₂ + b₂.
 * @returns layer [..., dim] -> [..., dim]. Start: truncated normal .02, biases 0.
 */
export function mlp(dim: number, hiddenDim: number): AffineFirstLayer<MlpParameters> {
  const start = { weightInit: truncatedNormal(0.02), biasInit: zeros };
  const expand = {
    weight: parameter([dim, hiddenDim], "weight", start.weightInit),
    bias: parameter([hiddenDim], "bias", zeros),
  };
  const contract = linear(hiddenDim, dim, start);
  return affineFirst<MlpParameters>({ expand, contract: contract.parameters }, (parameters, { x, fold }, mode) => {
    const { weight, bias } = fold(parameters.expand.weight, parameters.expand.bias);
    const hidden = affine(x, weight, bias).gelu();
    show(mode, "activation", hidden, -1);
    return contract.apply(parameters.contract, hidden, mode);
  });
}
