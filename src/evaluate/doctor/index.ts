/** The collapse doctor: meters on projections, features, layers, and a verdict with evidence and remedy. */
export type { Aim } from "./aim.js";
export { type DiagnoseOptions, diagnose, type Verdict } from "./diagnose.js";
export type { VerdictName } from "./explain.js";
export type { Illness, Site } from "./findings.js";
export {
  type DataMeters,
  linesOfReading,
  type MetricLine,
  type Place,
  type Reading,
  readingsOfLines,
  type TargetMeters,
} from "./history.js";
export type { LayerMeters } from "./layer-meters.js";
export { createLayerObserver, type LayerObserver, type Look } from "./layer-observer.js";
export { type LayerRow, layerRows, type MeterRow, meterRows } from "./meter-rows.js";
export { renderMeters } from "./meter-table.js";
export { type Meters, readMeters } from "./meters.js";
export { meanCosine, type PairMeters, readPairMeters } from "./pair-meters.js";
export type { ChangedOption, Circumstances, KeptApartBy } from "./remedies.js";
export { readTemporalMeters, type SequenceFeatures, type TemporalMeters } from "./temporal-meter.js";
export { SIGREG_FLOOR, SIGREG_POINT } from "./thresholds.js";
