import type { Metric } from "./metric.js";

/**
 * How many directions hold the variance, by the second moment of the spectrum: (Σ λ)² / Σ λ² of the covariance
 * eigenvalues; from 1 to min(n − 1, dim), 0 for constant features. Dominated by the largest directions.
 */
export const participationRatio: Metric = {
  name: "participationRatio",
  summary: "directions that dominate the variance (centred)",
  of({ covarianceSpectrum }) {
    const sum = covarianceSpectrum.reduce((total, value) => total + value, 0);
    const squares = covarianceSpectrum.reduce((total, value) => total + value * value, 0);
    return squares > 0 ? (sum * sum) / squares : 0;
  },
};
