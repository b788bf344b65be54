/** SimSiam. Source: Chen and He 2021, arXiv:2011.10566. */
import type { ConfigOf, OptionTable } from "../compute/index.js";
import { crossViewPairs, meanCosine } from "./cross-view.js";
import { type Objective, weightedTotal } from "./objective.js";
import { predictionHead } from "./prediction-head.js";

export const simSiamOptions = {
  predictorHiddenDim: {
    default: 128,
    min: 1,
    integer: true,
    doc: "width of the predictor's bottleneck: a quarter of D",
  },
} satisfies OptionTable;
export type SimSiamConfig = ConfigOf<typeof simSiamOptions>;

/**
 * SimSiam: from one view predict the projection of the other view, held fixed.
 *   negativeCosine = −mean over pairs of different views, and images, of cos(p_v, stopGradient(z_w))
 *   z = projector(encoder(view)), ending in a BatchNorm without gain and bias,   p = predictor(z)
 * projections (predictions p) and targets (projections z) [B, D], B >= 2, any scale. Terms: negativeCosine, from −1 to 1.
 * Nothing in the formula forbids one point for everything; the stop-gradient, the predictor and the BatchNorm do.
 * The predictor is a bottleneck and keeps the peak learning rate, as the official code's --fix-pred-lr.
 * Golden −.951301 for one direction (goldens.test.ts). Deviations: BatchNorm sees the views together; D = 512 where the
 * paper has 2048 for ImageNet.
 */
export const simSiam: Objective<typeof simSiamOptions> = {
  name: "simSiam",
  summary: "predict the projection of another view, held fixed; no negatives, no averaged copy",
  source: "arXiv:2011.10566",
  needs: { views: 2, localViews: true, tokens: "pooled", masking: "none", target: "stop-gradient" },
  projectionTarget: "scale-free",
  options: simSiamOptions,
  projector: { hiddenDim: 512, numHiddenLayers: 2, outDim: 512 },
  defaultViews: ["simSiam", "simSiam"],
  localPreset: "dinoLocal",
  weights: () => ({ negativeCosine: 1 }),
  head: (dims, { predictorHiddenDim }) => predictionHead(dims, { predictorHiddenDim, target: "stop-gradient" }),

  loss(input, config) {
    const negativeCosine = meanCosine(crossViewPairs("simSiam", input)).neg();
    return weightedTotal({ negativeCosine }, simSiam.weights(config));
  },
};
