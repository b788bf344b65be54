/** Pooling by one learned question: which places of an image matter for the labels. */
import { expectShape, ValueError } from "../../compute/index.js";
import {
  type Layer,
  type LinearParameters,
  linear,
  type ParameterSpec,
  parameter,
  truncatedNormal,
  zeros,
} from "../../nn/index.js";
import { centred, standardise } from "../../nn/layer-norm.js";

export type AttentionPoolingParameters = {
  readonly query: ParameterSpec;
  readonly key: LinearParameters;
  readonly value: LinearParameters;
};

/**
 * Cross-attention of one learned query over all places: each head gathers values, weighted by softmax(q · k / √(D / heads)).
 *   tokens are normalised (LayerNorm without gain), k = x W_k + b_k, v = x W_v + b_v
 * @returns layer [B, N, D] -> [B, D]
 * @throws ValueError if the width is not divisible by the number of heads
 * Source: Lee et al. 2019, arXiv:1810.00825 (pooling by attention), as the attentive probes of Bardes et al. 2024,
 * arXiv:2404.08471. Deviation: no MLP after it, so that what is read is still a weighted mean of places.
 */
export function attentionPooling(dim: number, numHeads: number): Layer<AttentionPoolingParameters> {
  if (dim % numHeads !== 0)
    throw new ValueError("attentionPooling", "numHeads", `a divisor of the width ${dim}`, numHeads);
  const headDim = dim / numHeads;
  const start = { weightInit: truncatedNormal(0.02), biasInit: zeros };
  const [key, value] = [linear(dim, dim, start), linear(dim, dim, start)];
  return {
    parameters: {
      query: parameter([numHeads, headDim], "bias", truncatedNormal(0.02)),
      key: key.parameters,
      value: value.parameters,
    },
    apply(parameters, tokens, mode) {
      const [B, N] = expectShape("attentionPooling", "tokens", tokens, ["B", "N", dim]);
      const normed = standardise(tokens, 1e-6, centred);
      const perHead = (part: "key" | "value", layer: typeof key) =>
        layer.apply(parameters[part], normed, mode).reshape([B, N, numHeads, headDim]).transpose([0, 2, 1, 3]);
      const query = parameters.query.mul(1 / Math.sqrt(headDim)).reshape([1, numHeads, headDim, 1]);
      const weights = perHead("key", key)
        .matmul(query.broadcastTo([B, numHeads, headDim, 1]))
        .softmax(2); // [B, heads, N, 1]
      const gathered = weights.transpose([0, 1, 3, 2]).matmul(perHead("value", value)); // [B, heads, 1, D/heads]
      return gathered.reshape([B, dim]);
    },
  };
}
