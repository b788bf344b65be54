/** What a metric is: one number about features, without labels. */
import type { FeatureStatistics } from "./statistics.js";

export interface Metric {
  /** Name of the export. */
  readonly name: string;
  readonly summary: string;
  of(statistics: FeatureStatistics): number;
}

/** exp(−Σ p log p): how many entries share the weight. Zero weights count nothing; no weight at all counts 0. */
export function perplexity(weights: Float64Array): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) return 0;
  let entropy = 0;
  for (const weight of weights) {
    const p = weight / total;
    if (p > 0) entropy -= p * Math.log(p);
  }
  return Math.exp(entropy);
}

/** Added to each share, so that a spectrum with zeros has a perplexity. */
const EPSILON = 1e-7;

/** exp(−Σ p log p) with p = w / Σ w + 1e-7, as RankMe and LiDAR are defined; no weight at all counts 0. */
export function smoothedPerplexity(weights: Float64Array): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0)) return 0;
  let entropy = 0;
  for (const weight of weights) {
    const p = weight / total + EPSILON;
    entropy -= p * Math.log(p);
  }
  return Math.exp(entropy);
}

export function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
