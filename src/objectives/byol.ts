/** BYOL. Source: Grill et al. 2020, arXiv:2006.07733. */
import type { ConfigOf, OptionTable } from "../compute/index.js";
import { cosineBetween } from "../optim/index.js";
import { crossViewPairs, meanCosine } from "./cross-view.js";
import { type Objective, weightedTotal } from "./objective.js";
import { predictionHead } from "./prediction-head.js";

export const byolOptions = {
  firstEmaDecay: { default: 0.99, min: 0, max: 1, doc: "τ₀: how much of the target stays each step, at the start" },
  lastEmaDecay: { default: 1, min: 0, max: 1, doc: "the same at the end; half a cosine leads there" },
  predictorHiddenDim: { default: 512, min: 1, integer: true, doc: "width of the predictor's hidden layer" },
} satisfies OptionTable;
export type ByolConfig = ConfigOf<typeof byolOptions>;

/**
 * BYOL: from one view predict what a slowly moving average of the network makes of the other view.
 *   distance = mean over pairs of different views, and images, of 2 − 2 cos(p_v, stopGradient(t_w))
 *   p = predictor(projector(encoder(view))),   t = the same without the predictor, of the averaged parameters
 *   target ← τ target + (1 − τ) online after each step,   τ_k = 1 − (1 − τ₀)(cos(πk/K) + 1)/2
 * projections (predictions) and targets [B, D], B >= 2, any scale. Terms: distance.
 * Nothing in the formula forbids one point for everything; the predictor and the average do.
 * The average covers encoder and projector, not the predictor; BatchNorm buffers are the target's own (`targetMode`).
 * Golden .0973985 for one direction (goldens.test.ts). Deviations: the mean of both directions, where the official code
 * adds them (dialects/ has the factor); BatchNorm sees the views of a side together; τ₀ = .99, the paper's for short
 * trainings (.996 is its value for 1,000 epochs of ImageNet).
 */
export const byol: Objective<typeof byolOptions> = {
  name: "byol",
  summary: "predict what a slowly moving copy of the encoder makes of another view; no negatives",
  source: "arXiv:2006.07733",
  needs: { views: 2, localViews: true, tokens: "pooled", masking: "none", target: "ema" },
  projectionTarget: "scale-free",
  options: byolOptions,
  projector: { hiddenDim: 512, numHiddenLayers: 1, outDim: 128 },
  defaultViews: ["byolFirst", "byolSecond"],
  localPreset: "dinoLocal",
  weights: () => ({ distance: 1 }),
  head: (dims, { predictorHiddenDim }) => predictionHead(dims, { predictorHiddenDim, target: "ema" }),
  schedules: ({ firstEmaDecay, lastEmaDecay }, { totalSteps }) => ({
    emaDecay: cosineBetween({ from: firstEmaDecay, to: lastEmaDecay, totalSteps }),
  }),

  loss(input, config) {
    const distance = meanCosine(crossViewPairs("byol", input)).mul(-2).add(2);
    return weightedTotal({ distance }, byol.weights(config));
  },
};
