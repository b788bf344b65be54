/** SimCLR. Source: Chen et al. 2020, arXiv:2002.05709. */
import { type ConfigOf, concat, type OptionTable, Tensor } from "../compute/index.js";
import { checkProjections, meanOf, type Objective, pairsOf, weightedTotal } from "./objective.js";

export const simclrOptions = {
  temperature: { default: 0.2, min: 0.01, max: 10, doc: "τ: the lower, the more the hardest negatives count" },
} satisfies OptionTable;
export type SimclrConfig = ConfigOf<typeof simclrOptions>;

/**
 * SimCLR: each view must find the other view of its image among all views of the batch (NT-Xent).
 *   s = ẑ ẑᵀ / τ over the 2B views, ẑ = z / ‖z‖;   ntXent = mean_i [log Σ_{j≠i} exp s_ij − s_i,partner(i)]
 * projections [B, D], B >= 2, any scale. Only the similarity with itself is left out; the positive stays in the sum.
 * Terms: ntXent. With more than two views: the mean over all pairs of views, each with its own 2B − 2 negatives.
 * Golden at τ = .5: 1.351213 (goldens.test.ts). Deviations: none; the default τ is solo-learn's .2.
 */
export const simclr: Objective<typeof simclrOptions> = {
  name: "simclr",
  summary: "contrast: find the other view of the same image among the batch",
  source: "arXiv:2002.05709",
  needs: { views: 2, localViews: true, tokens: "pooled", masking: "none", target: "none" },
  projectionTarget: "scale-free",
  options: simclrOptions,
  projector: { hiddenDim: 512, numHiddenLayers: 2, outDim: 128 },
  defaultViews: ["simclr", "simclr"],
  localPreset: "dinoLocal",
  weights: () => ({ ntXent: 1 }),

  loss({ projections }, config) {
    const { B } = checkProjections("simclr", projections, 2);
    const directions = projections.map((view) => view.normalizeL2());
    // finite, so that nothing becomes NaN; far below any similarity, so that its exp is 0
    const selfPenalty = Tensor.identity(2 * B).mul(1e9);
    const pairLosses = pairsOf(directions).map(([a, b]) => ntXent(a, b, selfPenalty, config.temperature));
    return weightedTotal({ ntXent: meanOf(pairLosses) }, simclr.weights(config));
  },
};

function ntXent(a: Tensor, b: Tensor, selfPenalty: Tensor, temperature: number): Tensor {
  const views = concat([a, b], 0); // [2B, D]
  const scaled = views.mul(1 / temperature);
  const similarities = scaled.matmul(views.transpose()).sub(selfPenalty); // [2B, 2B]
  const positives = a
    .mul(b)
    .sum(1)
    .mul(1 / temperature); // [B], the same for both directions
  return similarities.logSumExp(1).mean().sub(positives.mean());
}
