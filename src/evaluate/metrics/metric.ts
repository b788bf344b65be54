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

export function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
