/** All metrics by name: the report, the doctor's meters and the docs read this. */
import * as exported from "./all.js";
import type { Metric } from "./metric.js";
import type { FeatureStatistics } from "./statistics.js";

export const metrics = exported satisfies Record<string, Metric>;
export type MetricName = keyof typeof metrics;

/** Every metric of these features. */
export function measure(statistics: FeatureStatistics): Record<MetricName, number> {
  const entries = Object.entries(metrics).map(([name, metric]) => [name, metric.of(statistics)]);
  return Object.fromEntries(entries);
}
