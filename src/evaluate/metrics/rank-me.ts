import { type Metric, smoothedPerplexity } from "./metric.js";

/**
 * RankMe: exp of the entropy of the singular values of the features, not centred.
 *   exp(−Σ p_k log p_k), p_k = σ_k / Σ σ + 1e-7
 * Blind to the scale of the features and misled by a common offset: read it beside `perDimensionStd` and
 * `meanNormRatio`. Source: Garrido et al. 2023, arXiv:2210.02885. Deviations: none.
 */
export const rankMe: Metric = {
  name: "rankMe",
  summary: "directions in use, by singular values (not centred)",
  of: ({ momentSpectrum }) => rankMeOf(momentSpectrum),
};

/** RankMe from eigenvalues of a second moment (the squares of the singular values, up to a factor). */
export function rankMeOf(eigenvalues: Float64Array): number {
  return smoothedPerplexity(eigenvalues.map(Math.sqrt));
}
