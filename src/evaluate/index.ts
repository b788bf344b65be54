/** Evaluation: probes and metrics on frozen features, the report with its floors, the collapse doctor, pictures. */
export * from "./doctor/index.js";
export { type EvaluationTask, evaluateFeatures, type MatchFeatures, type MatchTask } from "./evaluate-features.js";
export { allRows, type FeatureRows, type Features, gatherRows, type LabelledRows, selectRows } from "./features.js";
export { bootstrapEstimate, type Estimate, meanEstimate, wilsonEstimate } from "./intervals.js";
export {
  type Metric as SimilarityMetric,
  type Neighbors,
  nearestNeighbors,
  ProgramCache,
  principalComponents,
} from "./linear-algebra/index.js";
export {
  type FeatureStatistics,
  featureStatistics,
  type MetricName,
  measure,
  metrics,
  rankMeOf,
} from "./metrics/index.js";
export * from "./pictures/index.js";
export * from "./probes/index.js";
export { type Floors, flatReport, type MatchReport, type Report } from "./report.js";
export { renderReport } from "./report-table.js";
