/** Are the futures ones that can happen, and are all that can happen among them? Precision and coverage of modes. */
import type { Key } from "../../compute/index.js";
import { type Estimate, wilsonEstimate } from "../intervals.js";
import { bootstrapMean } from "./bootstrap-mean.js";
import {
  type FutureTrial,
  likeliest,
  nearestMode,
  requireBranching,
  requireCount,
  requireDistinctModes,
} from "./trial.js";

/** Pixels: six times the noise of the reference junction, a third of the way between its branches and their middle. */
export const DEFAULT_THRESHOLD = 3;

/**
 * Distance from a future to the nearest mode, in the unit of positions; mean over futures by their probabilities, then over
 * the trials that branch. Half the distance between the branches for a blur.
 */
export function nearestModeDistance(trials: readonly FutureTrial[], key: Key): Estimate {
  const branching = requireBranching("nearestModeDistance", trials);
  return bootstrapMean(
    branching.map((trial) => expected(trial, (position) => nearestMode(trial, position).distance)),
    key,
  );
}

/**
 * Probability that the predictor gives to what cannot happen: to futures farther than `threshold` from every mode. Mean
 * over the trials that branch, with Wilson's interval: as a trial's share varies less than a yes or no, it is wide enough.
 * @param threshold in the unit of positions
 */
export function spuriousRate(trials: readonly FutureTrial[], threshold = DEFAULT_THRESHOLD): Estimate {
  const branching = requireDistinctModes("spuriousRate", trials, threshold);
  const shares = branching.map((trial) =>
    expected(trial, (position) => Number(nearestMode(trial, position).distance > threshold)),
  );
  return wilsonEstimate(sum(shares), shares.length);
}

/** Which modes are hit by the likeliest futures. */
export interface ModeCoverage {
  /** How many futures were looked at, at most. */
  readonly k: number;
  /** Share of trials in which every mode is hit. */
  readonly all: Estimate;
  /** Share of trials in which the mode is hit, by its place in the list of modes. */
  readonly byMode: readonly Estimate[];
}

/**
 * Share of the trials that branch in which each mode has one of the k likeliest futures within `threshold`.
 * @param threshold in the unit of positions
 */
export function modeCoverage(trials: readonly FutureTrial[], k: number, threshold = DEFAULT_THRESHOLD): ModeCoverage {
  requireCount("modeCoverage", "k", k);
  const branching = requireDistinctModes("modeCoverage", trials, threshold);
  const hits = branching.map((trial) => {
    const isHit = trial.modes.map(() => false);
    for (const { position } of likeliest(trial, k)) {
      const { mode, distance } = nearestMode(trial, position);
      if (distance <= threshold) isHit[mode] = true;
    }
    return isHit;
  });
  const numModes = Math.max(...branching.map(({ modes }) => modes.length));
  const byMode = Array.from({ length: numModes }, (_, mode) => {
    const asked = hits.filter((isHit) => mode < isHit.length);
    return wilsonEstimate(asked.filter((isHit) => isHit[mode]).length, asked.length);
  });
  const all = wilsonEstimate(hits.filter((isHit) => isHit.every(Boolean)).length, hits.length);
  return { k, all, byMode };
}

/** Mean of a value over the futures of a trial, by their probabilities. */
function expected({ futures }: FutureTrial, measureOf: (position: readonly number[]) => number): number {
  return sum(futures.map(({ position, probability }) => probability * measureOf(position)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
