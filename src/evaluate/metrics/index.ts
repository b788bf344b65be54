/** Metrics: what the geometry of features says, without labels. */
export { type MetricName, measure, metrics } from "./catalog.js";
export type { Metric } from "./metric.js";
export { rankMeOf } from "./rank-me.js";
export { type FeatureStatistics, featureStatistics } from "./statistics.js";
