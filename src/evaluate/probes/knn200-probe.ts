/** k nearest neighbours, many of them: as most tables on small images have it. */
import { type KnnOptions, scoreVote, voteOptions } from "./knn-probe.js";
import type { Probe, ProbeEstimate } from "./probe.js";

/**
 * As `knnProbe`, by the k = 200 nearest with weight exp(s / 0.1).
 * Source: Wu et al. 2018, arXiv:1805.01978 (k = 200); temperature as lightly's and SimSiam's CIFAR-10 benchmarks have it.
 */
export const knn200Probe: Probe<KnnOptions, ProbeEstimate, "knn200"> = {
  name: "knn200Probe",
  reportKey: "knn200",
  title: "kNN, 200 neighbours",
  summary: "vote of the 200 nearest training images",
  options: voteOptions(200, 0.1),
  run: scoreVote,
};
