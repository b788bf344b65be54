/** All metrics by name: the report, the doctor's meters and the docs read this. */
import * as exported from "./all.js";
import { lidar } from "./lidar.js";
import type { Metric } from "./metric.js";
import type { FeatureStatistics } from "./statistics.js";
import type { ViewMetric } from "./view-metric.js";

export const metrics = exported satisfies Record<string, Metric>;
export type MetricName = keyof typeof metrics;

/** Metrics that ask for several views of each image. */
export const viewMetrics = { lidar } satisfies Record<string, ViewMetric>;
export type ViewMetricName = keyof typeof viewMetrics;

/** Every metric of these features. */
export function measure(statistics: FeatureStatistics): Record<MetricName, number> {
  const entries = Object.entries(metrics).map(([name, metric]) => [name, metric.of(statistics)]);
  return Object.fromEntries(entries);
}
