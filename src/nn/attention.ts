import { expectShape, type Tensor, ValueError } from "../compute/index.js";
import { truncatedNormal, zeros } from "./initialisers.js";
import { affine, type LinearParameters, linear } from "./linear.js";
import { show } from "./observe.js";
import { type ParameterSpec, parameter } from "./parameter.js";
import { type AffineFirstLayer, affineFirst } from "./pre-norm.js";

export type AttentionParameters = {
  /** Queries, keys and values side by side: [D, 3D] and [3D]. */
  readonly queryKeyValue: { readonly weight: ParameterSpec; readonly bias: ParameterSpec };
  readonly output: LinearParameters;
};

/**
 * Multi-head self-attention: each token gathers the values of all tokens, weighted by softmax(q kᵀ / √(D / heads)).
 * @returns layer [B, N, D] -> [B, N, D]
 * @throws ValueError if the width is not divisible by the number of heads
 * Source: Vaswani et al. 2017, arXiv:1706.03762. Start: truncated normal .02, biases 0.
 */
export function attention(dim: number, numHeads: number): AffineFirstLayer<AttentionParameters> {
  if (dim % numHeads !== 0) throw new ValueError("attention", "numHeads", `a divisor of the width ${dim}`, numHeads);
  const headDim = dim / numHeads;
  const output = linear(dim, dim, { weightInit: truncatedNormal(0.02), biasInit: zeros });
  const specs = {
    queryKeyValue: {
      weight: parameter([dim, 3 * dim], "weight", truncatedNormal(0.02)),
      bias: parameter([3 * dim], "bias", zeros),
    },
    output: output.parameters,
  };
  return affineFirst<AttentionParameters>(specs, (parameters, { x, fold }, mode) => {
    const [B, N] = expectShape("attention", "x", x, ["B", "N", dim]);
    const { weight, bias } = fold(parameters.queryKeyValue.weight, parameters.queryKeyValue.bias);
    // Cutting the weight costs less than cutting the activations, whose gradients would have to be padded and added.
    const weights = weight.split(1, 3); // 3 of [D, D]
    const biases = bias.split(0, 3);
    // The scale of the scores goes into the smallest tensor on the way: the query weight.
    const scale = 1 / Math.sqrt(headDim);
    const perHead = (part: number, factor = 1): Tensor =>
      affine(x, weights[part]!.mul(factor), biases[part]!.mul(factor)).reshape([B, N, numHeads, headDim]);
    const queries = perHead(0, scale).transpose([0, 2, 1, 3]); // [B, heads, N, D/heads]
    const keys = perHead(1).transpose([0, 2, 3, 1]); // [B, heads, D/heads, N]
    const values = perHead(2).transpose([0, 2, 1, 3]); // [B, heads, N, D/heads]
    const weightsOfTokens = queries.matmul(keys).softmax(-1); // [B, heads, N, N]
    show(mode, "attention", weightsOfTokens, 1);
    const gathered = weightsOfTokens.matmul(values).transpose([0, 2, 1, 3]).reshape([B, N, dim]);
    return output.apply(parameters.output, gathered, mode);
  });
}
