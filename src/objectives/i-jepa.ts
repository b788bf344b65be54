/** I-JEPA. Source: Assran et al. 2023, arXiv:2301.08243. */
import { blockMask } from "../augment/masks/block-mask.js";
import type { ConfigOf, OptionTable, Tensor } from "../compute/index.js";
import { linearBetween } from "../optim/index.js";
import { meanOf, type Objective, weightedTotal } from "./objective.js";
import { placePredictionHead } from "./place-prediction-head.js";
import { predictedPlaces, smoothL1, standardised } from "./predicted-places.js";

export const iJepaOptions = {
  ...blockMask.options,
  predictorWidth: { default: 96, min: 4, integer: true, doc: "width of the predictor's tokens, a multiple of 4" },
  predictorDepth: { default: 3, min: 1, integer: true, doc: "blocks of the predictor" },
  predictorHeads: {
    default: 3,
    min: 1,
    integer: true,
    doc: "attention heads of the predictor; a divisor of its width",
  },
  firstEmaDecay: { default: 0.996, min: 0, max: 1, doc: "how much of the target stays each step, at the start" },
  lastEmaDecay: { default: 1, min: 0, max: 1, doc: "the same at the end; a straight line leads there" },
} satisfies OptionTable;
export type IJepaConfig = ConfigOf<typeof iJepaOptions>;

/**
 * I-JEPA: from the context around them, predict the features of a few blocks of the image.
 *   prediction = mean over blocks, places and dimensions of smoothL1(p − normed(h)), β = 1
 *   p = predictor(encoder(context places), places of the block),   h = target(whole image) at these places
 *   normed = LayerNorm without gain and bias, over the dimensions of a place
 *   target ← τ target + (1 − τ) online after each step, τ from .996 to 1 in a straight line
 * projections: predictions [B, K, D] of the K places of all blocks; targets: h, not normed. Any B. Terms: prediction.
 * Each block is predicted without the others. Nothing in the formula forbids one point for everything; the average does.
 * The doctor watches the mean of the target's places; the loss tends to rise after an early drop, so it says little.
 * Golden .0795354 (goldens.test.ts). Deviations: `blockMask`; a small predictor (published: 384 × 12 beside ViT-H).
 */
export const iJepa: Objective<typeof iJepaOptions> = {
  name: "iJepa",
  summary: "predict the features of hidden blocks, as a slowly moving copy of the encoder sees them",
  source: "arXiv:2301.08243",
  needs: { views: 1, localViews: false, tokens: "patches", masking: "block", target: "ema" },
  projectionTarget: "free",
  options: iJepaOptions,
  defaultViews: ["iJepa"],
  training: { weightDecay: 0.04, finalWeightDecay: 0.4 },
  evaluates: "target",
  weights: () => ({ prediction: 1 }),
  head: (dims, { predictorWidth, predictorDepth, predictorHeads }) =>
    placePredictionHead(dims, "predictor", { width: predictorWidth, depth: predictorDepth, numHeads: predictorHeads }),
  masks: (config, dims, random) => blockMask.draw(dims, config, random),
  schedules: ({ firstEmaDecay, lastEmaDecay }, { totalSteps }) => ({
    emaDecay: linearBetween({ from: firstEmaDecay, to: lastEmaDecay, totalSteps }),
  }),

  loss(input, config) {
    const distances = predictedPlaces("iJepa", input).map(
      ({ prediction, target }): Tensor => smoothL1({ prediction, target: standardised(target, -1) }),
    );
    return weightedTotal({ prediction: meanOf(distances) }, iJepa.weights(config));
  },
};
