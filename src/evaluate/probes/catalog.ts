/** All probes, in the order of the report. The report, the command line and the docs read this; a new probe adds a line. */
import { clusteringProbe } from "./clustering-probe.js";
import { fewShot } from "./few-shot.js";
import { knnProbe } from "./knn-probe.js";
import { knn200Probe } from "./knn200-probe.js";
import { linearProbe } from "./linear-probe.js";
import { meanAveragePrecision } from "./mean-average-precision.js";
import type { Probe } from "./probe.js";
import { retrieval } from "./retrieval.js";

export const probes = {
  knnProbe,
  knn200Probe,
  linearProbe,
  fewShot,
  retrieval,
  meanAveragePrecision,
  clusteringProbe,
} satisfies Record<string, Probe>;
export type ProbeName = keyof typeof probes;

/** Outcomes of all probes, under their report keys. */
export type Scores = {
  readonly [N in ProbeName as (typeof probes)[N]["reportKey"]]: Awaited<ReturnType<(typeof probes)[N]["run"]>>;
};
