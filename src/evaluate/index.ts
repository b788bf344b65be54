/** Evaluation: probes and metrics on frozen features, the report with its floors, the collapse doctor, pictures. */
export { areaUnderRoc, areaUnderRocEstimate, type RocTrial } from "./area-under-roc.js";
export * from "./complexity/index.js";
export * from "./doctor/index.js";
export { type EvaluationTask, evaluateFeatures, type MatchFeatures, type MatchTask } from "./evaluate-features.js";
export { allRows, type FeatureRows, type Features, gatherRows, type LabelledRows, selectRows } from "./features.js";
export * from "./futures/index.js";
export { bootstrapEstimate, type Estimate, meanEstimate, studentQuantile975, wilsonEstimate } from "./intervals.js";
export * from "./landscape/index.js";
export * from "./layout-recovery/index.js";
export {
  leadingComponents,
  type Metric as SimilarityMetric,
  type Neighbors,
  nearestNeighbors,
  ProgramCache,
  principalComponents,
  projectOnto,
} from "./linear-algebra/index.js";
export {
  type FeatureStatistics,
  featureStatistics,
  type MetricName,
  measure,
  metrics,
  powerLawExponent,
  rankMeOf,
  type ViewFeatures,
  type ViewMetric,
  type ViewMetricName,
  viewMetrics,
} from "./metrics/index.js";
export {
  ALL_METHODS,
  calibratedLoss,
  type LabelFreeScore,
  labelFreeScores,
  renderSelection,
  type SelectionResult,
  type SweepRow,
  selectWithoutLabels,
} from "./model-selection.js";
export * from "./physics/index.js";
export * from "./pictures/index.js";
export * from "./probes/index.js";
export { type RankCorrelation, spearman, spearmanWithInterval } from "./rank-correlation.js";
export {
  type EvaluatedCheckpoint,
  type Floors,
  flatReport,
  type MatchReport,
  PROTOCOL_VERSION,
  type Report,
} from "./report.js";
export { renderReport } from "./report-table.js";
export * from "./supervised/index.js";
export { alignedTable } from "./thorough-table.js";
