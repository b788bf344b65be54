/** Barlow Twins. Source: Zbontar et al. 2021, arXiv:2103.03230. */
import type { ConfigOf, OptionTable, Tensor } from "../compute/index.js";
import { inverseStd, sumOfSquares } from "../nn/index.js";
import { checkProjections, meanOf, type Objective, pairsOf, weightedTotal } from "./objective.js";

export const barlowTwinsOptions = {
  redundancyWeight: { default: 0.0051, min: 0, doc: "λ: weight of each correlation between different dimensions" },
  scale: {
    default: 1,
    min: 0,
    doc: "factor of the whole loss, which matters to optimizers that feel the gradient's size",
  },
  deviation: {
    default: "biased",
    choices: ["biased", "unbiased"],
    doc: "standard deviation that dimensions are divided by: of BatchNorm, as released, or with B − 1",
  },
} as const satisfies OptionTable;
export type BarlowTwinsConfig = ConfigOf<typeof barlowTwinsOptions>;

/** The released BatchNorm adds it to the variance, the other dialect to the deviation. */
const EPSILON = 1e-5;

/**
 * Barlow Twins: each dimension is the same in both views, and no two dimensions say the same.
 *   C = ẑAᵀ ẑB / B,   ẑ = (z − mean) / std, over the batch
 *   invariance = Σ_d (C_dd − 1)²,   redundancy = Σ_{i≠j} C²_ij
 *   total = scale · (invariance + λ redundancy)
 * projections [B, D], B >= 2, not normalised. Terms: invariance, redundancy (unweighted sums, not means).
 * Reductions: the deviation is √(var + 1e-5) with the biased variance, so that C_dd reaches 1; "unbiased" is
 * √(var, B − 1) + 1e-5, with which C_dd cannot exceed (B − 1) / B (a four times larger loss at B = 8). C divides by B.
 * With more than two views: the mean over pairs.
 * Goldens .0442360, unbiased .176395 (goldens.test.ts). Deviations: none; solo-learn's `scale_loss` is `scale`.
 */
export const barlowTwins: Objective<typeof barlowTwinsOptions> = {
  name: "barlowTwins",
  summary: "the correlations between the views' dimensions become the identity matrix",
  source: "arXiv:2103.03230",
  needs: { views: 2, localViews: true, tokens: "pooled", masking: "none", target: "none" },
  projectionTarget: "free",
  options: barlowTwinsOptions,
  projector: { hiddenDim: 512, numHiddenLayers: 2, outDim: 512 },
  defaultViews: ["byolFirst", "byolSecond"],
  localPreset: "dinoLocal",
  weights: ({ scale, redundancyWeight }) => ({ invariance: scale, redundancy: scale * redundancyWeight }),

  loss({ projections }, config) {
    checkProjections("barlowTwins", projections, 2);
    const standardised = projections.map((view) => standardise(view, config.deviation));
    const pairs = pairsOf(standardised).map(([a, b]) => correlationTerms(a, b));
    const terms = {
      invariance: meanOf(pairs.map(({ invariance }) => invariance)),
      redundancy: meanOf(pairs.map(({ redundancy }) => redundancy)),
    };
    return weightedTotal(terms, barlowTwins.weights(config));
  },
};

/** Each dimension of one view [B, D] with mean 0 and deviation 1 over the batch. */
function standardise(view: Tensor, deviation: BarlowTwinsConfig["deviation"]): Tensor {
  const B = view.shape[0]!;
  const centered = view.sub(view.mean(0)); // [B, D]
  const squares = sumOfSquares(centered, 0); // [1, D]
  if (deviation === "biased") return centered.mul(inverseStd(squares.mul(1 / B), EPSILON));
  return centered.mul(
    rootOf(squares.mul(1 / (B - 1)))
      .add(EPSILON)
      .reciprocal(),
  );
}

/** √x whose gradient is 0, not infinite, where x is 0: a constant dimension has no direction to grow in. */
function rootOf(x: Tensor): Tensor {
  return x.maximum(1e-30).sqrt();
}

function correlationTerms(a: Tensor, b: Tensor): { invariance: Tensor; redundancy: Tensor } {
  const [B] = a.shape as [number];
  const diagonal = a.mul(b).mean(0); // [D]
  const correlations = a
    .transpose()
    .matmul(b)
    .mul(1 / B); // [D, D]
  const onDiagonal = sumOfSquares(diagonal).reshape([]);
  return {
    invariance: diagonal.sub(1).square().sum(),
    redundancy: sumOfSquares(correlations).reshape([]).sub(onDiagonal),
  };
}
