import { type Metric, perplexity } from "./metric.js";

/**
 * How many directions the centred features spread over: exp of the entropy of the covariance eigenvalues.
 *   exp(−Σ p_i log p_i), p_i = λ_i / Σ λ; from 1 (a line) to min(n − 1, dim); 0 for constant features
 * Source: Roy and Vetterli 2007. Deviations: eigenvalues of the covariance (variances), where the paper takes singular
 * values (standard deviations); the result is smaller and closer to the share of variance.
 */
export const effectiveRank: Metric = {
  name: "effectiveRank",
  summary: "directions in use, by variance (centred)",
  of: ({ covarianceSpectrum }) => perplexity(covarianceSpectrum),
};
