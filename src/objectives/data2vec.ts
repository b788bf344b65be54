/** data2vec 2.0. Source: Baevski et al. 2022, arXiv:2212.07525. */
import { inverseBlockMask } from "../augment/masks/inverse-block-mask.js";
import { type ConfigOf, type OptionTable, type Tensor, ValueError } from "../compute/index.js";
import type { Encoding } from "../encoders/index.js";
import { linearBetween } from "../optim/index.js";
import { meanOf, type Objective, weightedTotal } from "./objective.js";
import { placePredictionHead } from "./place-prediction-head.js";
import { predictedPlaces, squaredError, standardised } from "./predicted-places.js";

export const data2vecOptions = {
  ...inverseBlockMask.options,
  numTargetLayers: {
    default: 4,
    min: 1,
    integer: true,
    doc: "last blocks of the target that are averaged; at most all",
  },
  decoderWidth: { default: 96, min: 4, integer: true, doc: "width of the decoder's tokens, a multiple of 4" },
  decoderDepth: { default: 3, min: 1, integer: true, doc: "blocks of the decoder" },
  decoderHeads: { default: 3, min: 1, integer: true, doc: "attention heads of the decoder; a divisor of its width" },
  firstEmaDecay: { default: 0.996, min: 0, max: 1, doc: "how much of the target stays each step, at the start" },
  lastEmaDecay: { default: 0.9999, min: 0, max: 1, doc: "the same at the end; a straight line leads there" },
} satisfies OptionTable;
export type Data2vecConfig = ConfigOf<typeof data2vecOptions>;

/**
 * data2vec 2.0: from a few visible blocks, predict what the last layers of a slowly moving copy make of the rest.
 *   prediction = mean over hidden places and dimensions of (p − y)²
 *   y = layerNorm(mean over the last layers of instanceNorm(layer)), of the target on the whole image;
 *   instanceNorm over the places of an image, layerNorm over the dimensions of a place, both without gain and bias
 *   target ← τ target + (1 − τ) online after each step
 * projections: predictions [B, K, D] of the hidden places; targets: y. Any B. Terms: prediction. For encoders whose
 * blocks have one shape (`Encoding.layers`). Evaluated is the encoder that learns, as the paper fine-tunes it.
 * Deviations: a layer is the output of a whole block, the released code takes that of its MLP before it is added; a small
 * transformer decodes, not convolutions; one mask an image and step instead of 16; no loss of the class token; averages
 * move faster (published: .9998 to .99999), for short runs; the loss is not divided by √D.
 */
export const data2vec: Objective<typeof data2vecOptions> = {
  name: "data2vec",
  summary: "predict the averaged layers of a slowly moving copy of the encoder where the image is hidden",
  source: "arXiv:2212.07525",
  needs: { views: 1, localViews: false, tokens: "patches", masking: "block", target: "ema" },
  projectionTarget: "free",
  options: data2vecOptions,
  defaultViews: ["mae"],
  training: { weightDecay: 0.05, maxGradientNorm: 4 },
  weights: () => ({ prediction: 1 }),
  head: (dims, { decoderWidth, decoderDepth, decoderHeads }) =>
    placePredictionHead(dims, "decoder", { width: decoderWidth, depth: decoderDepth, numHeads: decoderHeads }),
  readTarget: averagedLayers,
  masks: ({ maskRatio, blockSize }, dims, random) => inverseBlockMask.draw(dims, { maskRatio, blockSize }, random),
  schedules: ({ firstEmaDecay, lastEmaDecay }, { totalSteps }) => ({
    emaDecay: linearBetween({ from: firstEmaDecay, to: lastEmaDecay, totalSteps }),
  }),

  loss(input, config) {
    const pairs = predictedPlaces("data2vec", input);
    return weightedTotal({ prediction: meanOf(pairs.map(squaredError)) }, data2vec.weights(config));
  },
};

function averagedLayers({ layers }: Encoding, { numTargetLayers }: Data2vecConfig): Tensor {
  if (layers === undefined) {
    const hint = "It averages the outputs of equal blocks, which transformers have: take the encoder vit.";
    throw new ValueError("data2vec", "encoder", "one with blocks of one shape", "none", hint);
  }
  const last = layers.slice(-numTargetLayers).map((layer) => standardised(layer, 1)); // each [B, N, D]
  return standardised(meanOf(last), -1);
}
