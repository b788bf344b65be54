/** Probes: what frozen features know. */
export { type ProbeName, probes } from "./catalog.js";
export { fewShot, SHOTS } from "./few-shot.js";
export { knnProbe } from "./knn-probe.js";
export { linearProbe, STRENGTHS } from "./linear-probe.js";
export type { Probe, ProbeEstimate, ProbeOutcome, ProbeTask } from "./probe.js";
export { matchTop1, retrieval, retrievalChance } from "./retrieval.js";
