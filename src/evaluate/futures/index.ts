/** Are there several futures, and the right ones? Metrics in a frozen space, controls that must lose, and the report. */
export { bestOfError, bestOfErrors, ratioToTwin } from "./best-of.js";
export { type Calibration, type CalibrationGroup, futuresCalibration } from "./calibration.js";
export { firstFuture, gaussianFutures, meanFuture, sampledFutures, shuffledFutures } from "./controls.js";
export { type BranchEnergies, type EnergyWells, energyWells } from "./energy-wells.js";
export {
  type FuturesOptions,
  type FuturesReport,
  type FuturesRow,
  type FuturesSubject,
  futuresReport,
} from "./futures-report.js";
export { renderFutures } from "./futures-table.js";
export { goalsMet, type PluralityGoal, type PluralityGoalName, pluralityGoals } from "./plurality-goals.js";
export { futuresSpread, type Spread, spreadOf } from "./spread.js";
export { equallyLikely, type FutureTrial, type Possibility } from "./trial.js";
export { type ModeCoverage, modeCoverage, nearestModeDistance, spuriousRate } from "./validity.js";
