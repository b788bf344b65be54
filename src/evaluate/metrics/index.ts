/** Metrics: what the geometry of features says, without labels. */
export { powerLawExponent } from "./alpha-req.js";
export { type MetricName, measure, metrics, type ViewMetricName, viewMetrics } from "./catalog.js";
export type { Metric } from "./metric.js";
export { rankMeOf } from "./rank-me.js";
export { type FeatureStatistics, featureStatistics } from "./statistics.js";
export type { ViewFeatures, ViewMetric } from "./view-metric.js";
