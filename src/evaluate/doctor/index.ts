/** The collapse doctor: meters on projections and features, and a verdict with evidence and remedy. */
export type { Aim } from "./aim.js";
export { type DiagnoseOptions, diagnose, type Verdict } from "./diagnose.js";
export type { VerdictName } from "./explain.js";
export { linesOfReading, type MetricLine, type Place, type Reading, readingsOfLines } from "./history.js";
export { type Meters, readMeters, SIGREG_FLOOR, SIGREG_POINT } from "./meters.js";
