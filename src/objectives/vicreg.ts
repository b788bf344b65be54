/** VICReg. Source: Bardes et al. 2022, arXiv:2105.04906. */
import type { ConfigOf, OptionTable, Tensor } from "../compute/index.js";
import { sumOfSquares } from "../nn/index.js";
import { checkProjections, meanOf, type Objective, pairsOf, weightedTotal } from "./objective.js";

export const vicregOptions = {
  invarianceWeight: { default: 25, min: 0, doc: "λ: pull the views together" },
  varianceWeight: { default: 25, min: 0, doc: "μ: keep every dimension spread out" },
  covarianceWeight: { default: 1, min: 0, doc: "ν: decorrelate the dimensions" },
  targetStd: { default: 1, min: 0, doc: "γ: standard deviation up to which a dimension is pushed" },
} satisfies OptionTable;
export type VicregConfig = ConfigOf<typeof vicregOptions>;

/**
 * VICReg: pull the views together while each dimension keeps its spread and its own content.
 *   invariance = mean (zA − zB)²
 *   variance   = ½ Σ_v mean_d max(0, γ − √(var_d z_v + 1e-4))
 *   covariance = Σ_v Σ_{i≠j} C(z_v)²_ij / D,   C = centredᵀ centred / (B − 1)
 *   total = λ invariance + μ variance + ν covariance
 * projections [B, D], B >= 2, not normalised. Terms: invariance, variance, covariance (unweighted).
 * Reductions: variance and C divide by B − 1; covariance divides by D, not D(D − 1).
 * With V > 2 views: invariance is the mean over pairs, ½ Σ_v and Σ_v become 1/V Σ_v and 2/V Σ_v.
 * Golden 8.780872 (goldens.test.ts). This is the official dialect; others drop the ½ or divide by D(D − 1), and
 * coefficients do not carry over. Deviations: none.
 */
export const vicreg: Objective<typeof vicregOptions> = {
  name: "vicreg",
  summary: "variance, invariance, covariance: no negatives, statistics prevent collapse",
  source: "arXiv:2105.04906",
  needs: { views: 2, localViews: true, tokens: "pooled", masking: "none", target: "none" },
  projectionTarget: "unit-spread",
  options: vicregOptions,
  projector: { hiddenDim: 512, numHiddenLayers: 2, outDim: 512 },
  defaultViews: ["vicreg", "vicreg"],
  localPreset: "dinoLocal",
  weights: ({ invarianceWeight, varianceWeight, covarianceWeight }) => ({
    invariance: invarianceWeight,
    variance: varianceWeight,
    covariance: covarianceWeight,
  }),

  loss({ projections }, config) {
    checkProjections("vicreg", projections, 2);
    const spreads = projections.map((view) => spreadOf(view, config.targetStd));
    const terms = {
      invariance: meanOf(pairsOf(projections).map(([a, b]) => meanSquare(a.sub(b)))),
      variance: meanOf(spreads.map(({ variance }) => variance)),
      covariance: meanOf(spreads.map(({ covariance }) => covariance)).mul(2),
    };
    return weightedTotal(terms, vicreg.weights(config));
  },
};

/** The two terms that look at one view alone. */
function spreadOf(view: Tensor, targetStd: number): { variance: Tensor; covariance: Tensor } {
  const [B, D] = view.shape as [number, number];
  const centered = view.sub(view.mean(0)); // [B, D]
  const variances = sumOfSquares(centered, 0).mul(1 / (B - 1)); // [1, D]
  const missing = variances.add(1e-4).sqrt().neg().add(targetStd).relu();
  const offDiagonal = covarianceSquares(centered).sub(scalarSquares(variances));
  return { variance: missing.mean(), covariance: offDiagonal.mul(1 / D) };
}

/** Σ_ij C²_ij. Both products of the centred matrix with itself have the same sum of squares: take the smaller one. */
function covarianceSquares(centered: Tensor): Tensor {
  const [B, D] = centered.shape as [number, number];
  const product = D <= B ? centered.transpose().matmul(centered) : centered.matmul(centered.transpose());
  return scalarSquares(product.mul(1 / (B - 1)));
}

function meanSquare(x: Tensor): Tensor {
  return scalarSquares(x).mul(1 / x.size);
}

function scalarSquares(x: Tensor): Tensor {
  return sumOfSquares(x).reshape([]);
}
