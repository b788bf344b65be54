/** Are the futures as likely as they should be? Catches the predictor that has both branches and believes in one. */
import type { Key } from "../../compute/index.js";
import { bootstrapEstimate, type Estimate, wilsonEstimate } from "../intervals.js";
import { bootstrapMean } from "./bootstrap-mean.js";
import { type FutureTrial, nearestMode, requireDistinctModes } from "./trial.js";
import { DEFAULT_THRESHOLD } from "./validity.js";

/** Trials of the same true probabilities. */
export interface CalibrationGroup {
  readonly probabilities: readonly number[];
  /** Mean probability that the predictor gives to each mode; what it gives to no mode is missing here. */
  readonly predicted: readonly Estimate[];
  /** Largest |predicted − true| of a mode. */
  readonly gap: number;
  readonly n: number;
}

export interface Calibration {
  readonly groups: readonly CalibrationGroup[];
  /** Largest gap of a group. Of samples it is above 0 even for the truth, the more so the fewer trials a group has. */
  readonly gap: Estimate;
  /** Σ over modes (predicted − [came true])², plus the square of what no mode was given; 0 to 2, lower is better. */
  readonly brier: Estimate;
  /** −ln of what was given to the mode that came true, in nats. */
  readonly logLoss: Estimate;
  /** What the true probabilities score on the same outcomes: nobody can expect to do better. */
  readonly truth: { readonly brier: number; readonly logLoss: number };
}

/** A mode given less counts as given so much: one miss costs 6.9 nats, not everything. */
const LEAST_PROBABILITY = 1e-3;

/**
 * Probability by mode, over the trials that branch: a future within `threshold` of a mode lends it its probability. The
 * gap compares means over a group, as errors of both signs may cancel in it; Brier and log loss look at every trial.
 * @param threshold in the unit of positions
 */
export function futuresCalibration(
  trials: readonly FutureTrial[],
  key: Key,
  { threshold = DEFAULT_THRESHOLD }: { readonly threshold?: number } = {},
): Calibration {
  const forecasts = requireDistinctModes("futuresCalibration", trials, threshold).map((trial) =>
    forecastOf(trial, threshold),
  );
  const names = [...new Set(forecasts.map(({ group }) => group))].sort();
  const groups = names.map((name) => forecasts.filter(({ group }) => group === name));
  const brierOf = forecasts.map(({ predicted, cameTrue }) => brierScore(predicted, cameTrue));
  const logLossOf = forecasts.map(({ predicted, cameTrue }) => logLoss(predicted, cameTrue));
  return {
    groups: groups.map(describeGroup),
    gap: bootstrapEstimate((positions) => largestGap(forecasts, positions), forecasts.length, key),
    brier: bootstrapMean(brierOf, key),
    logLoss: bootstrapMean(logLossOf, key),
    truth: {
      brier: mean(forecasts.map(({ probabilities, cameTrue }) => brierScore(probabilities, cameTrue))),
      logLoss: mean(forecasts.map(({ probabilities, cameTrue }) => logLoss(probabilities, cameTrue))),
    },
  };
}

/** What was said about one trial. */
interface Forecast {
  readonly group: string;
  /** The truth. */
  readonly probabilities: readonly number[];
  readonly predicted: readonly number[];
  readonly cameTrue: number;
}

function forecastOf(trial: FutureTrial, threshold: number): Forecast {
  const predicted = trial.modes.map(() => 0);
  for (const { position, probability } of trial.futures) {
    const { mode, distance } = nearestMode(trial, position);
    if (distance <= threshold) predicted[mode]! += probability;
  }
  const probabilities = trial.modes.map(({ probability }) => probability);
  const group = probabilities.map((probability) => probability.toFixed(3)).join(" ");
  return { group, probabilities, predicted, cameTrue: nearestMode(trial, trial.outcome).mode };
}

function describeGroup(forecasts: readonly Forecast[]): CalibrationGroup {
  const { probabilities } = forecasts[0]!;
  const predicted = probabilities.map((_, mode) =>
    wilsonEstimate(
      forecasts.reduce((sum, forecast) => sum + forecast.predicted[mode]!, 0),
      forecasts.length,
    ),
  );
  const gap = Math.max(...predicted.map((estimate, mode) => Math.abs(estimate.mean - probabilities[mode]!)));
  return { probabilities, predicted, gap, n: forecasts.length };
}

function largestGap(forecasts: readonly Forecast[], positions: Int32Array): number {
  const sums = new Map<string, { excess: number[]; n: number }>();
  for (const position of positions) {
    const { group, predicted, probabilities } = forecasts[position]!;
    const sum = sums.get(group) ?? { excess: probabilities.map(() => 0), n: 0 };
    sums.set(group, sum);
    sum.n++;
    for (const [mode, value] of predicted.entries()) sum.excess[mode]! += value - probabilities[mode]!;
  }
  return Math.max(...[...sums.values()].flatMap(({ excess, n }) => excess.map((value) => Math.abs(value) / n)));
}

function brierScore(predicted: readonly number[], cameTrue: number): number {
  const unassigned = 1 - predicted.reduce((sum, value) => sum + value, 0);
  return predicted.reduce((sum, value, mode) => sum + (value - Number(mode === cameTrue)) ** 2, unassigned ** 2);
}

function logLoss(predicted: readonly number[], cameTrue: number): number {
  return -Math.log(Math.max(LEAST_PROBABILITY, predicted[cameTrue]!));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
