/** Probes: what frozen features know. */
export { type ProbeName, probes, type Scores } from "./catalog.js";
export { type ClusteringScores, clusteringProbe } from "./clustering-probe.js";
export { fewShot, SHOTS } from "./few-shot.js";
export { knnProbe } from "./knn-probe.js";
export { knn200Probe } from "./knn200-probe.js";
export { linearProbe, STRENGTHS } from "./linear-probe.js";
export { meanAveragePrecision } from "./mean-average-precision.js";
export { type Chance, isEstimate, type Probe, type ProbeEstimate, type ProbeOutcome, type ProbeTask } from "./probe.js";
export {
  type RegressionOutcome,
  type RegressionScore,
  type RegressionTask,
  RIDGE_STRENGTHS,
  regress,
  type TargetRows,
} from "./regression-probe.js";
export { matchTop1, retrieval, retrievalChance } from "./retrieval.js";
