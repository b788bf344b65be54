/**
 * The reference table of the metrics: branches at ±10, noise .5, p .5, 4,000 trials, six predictors. Its values were drawn
 * by independent code; both sides are simulations, so they may differ by the error of a difference of two.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { keyFor } from "../../compute/index.js";
import type { Estimate } from "../intervals.js";
import { bestOfError, ratioToTwin } from "./best-of.js";
import { firstFuture, gaussianFutures } from "./controls.js";
import { branchTrials, predictors } from "./testing/reference-branch.js";
import type { FutureTrial } from "./trial.js";
import { modeCoverage, nearestModeDistance, spuriousRate } from "./validity.js";

const NUM_TRIALS = 4000;

/** Best of 1, 2, 8 and 100; distance to the nearest mode; spurious %; all modes hit by 2 and by 8, %. */
const REFERENCE = {
  "deterministic mean": [10.02, 10.02, 10.02, 10.02, 10.0, 100, 0, 0],
  "mode-collapsed": [10.35, 10.1, 9.62, 9.58, 0.63, 0, 0, 0],
  "one Gaussian": [11.7, 7.36, 2.46, 0.47, 5.4, 71, 4, 50],
  "uniform box": [12.7, 9.43, 4.74, 1.22, 8.1, 91, 0, 8],
  "true mixture": [10.6, 5.66, 0.57, 0.16, 0.63, 0, 50, 99],
  "enumerated z": [10.4, 0.63, 0.63, 0.63, 0, 0, 100, 100],
} as const satisfies Record<keyof typeof predictors, readonly number[]>;

/** Of one future a trial where the column is a mean over futures, since the reference may have looked at no more. */
function measure(trials: readonly FutureTrial[]): Estimate[] {
  const key = keyFor(1, "bootstrap");
  const one = firstFuture(trials);
  const inPercent = ({ mean, low, high, n }: Estimate) => ({ mean: 100 * mean, low: 100 * low, high: 100 * high, n });
  return [
    ...[1, 2, 8, 100].map((k) => bestOfError(trials, k, key)),
    nearestModeDistance(one, key),
    inPercent(spuriousRate(one)),
    ...[2, 8].map((k) => inPercent(modeCoverage(trials, k).all)),
  ];
}

/** Four standard errors of a difference of two simulations, and the rounding of the printed value. */
function tolerance({ low, high }: Estimate, printed: number): number {
  const standardError = (high - low) / (2 * 1.96);
  const rounding = printed >= 10 ? 0.05 : 0.005;
  return 4 * Math.SQRT2 * standardError + (Number.isInteger(printed) ? 0.5 : rounding);
}

describe.each(Object.keys(REFERENCE) as (keyof typeof REFERENCE)[])("%s", (name) => {
  const columns = ["best of 1", "best of 2", "best of 8", "best of 100", "nearest", "spurious", "hit by 2", "hit by 8"];
  let measured: Estimate[] = [];
  beforeAll(() => {
    measured = measure(branchTrials(predictors[name], NUM_TRIALS, keyFor(0, "reference", name)));
  });

  test.each(columns.map((column, i) => [column, i] as const))("%s", (_column, i) => {
    const [estimate, printed] = [measured[i]!, REFERENCE[name][i]!];
    expect(estimate.n).toBe(NUM_TRIALS);
    expect(Math.abs(estimate.mean - printed)).toBeLessThanOrEqual(tolerance(estimate, printed));
  });
});

test("what the table says: the Gaussian wins with a hundred guesses what it loses with two, and is mostly spurious", () => {
  const of = (name: keyof typeof predictors) =>
    branchTrials(predictors[name], NUM_TRIALS, keyFor(0, "reference", name));
  const [collapsed, gaussian] = [of("mode-collapsed"), of("one Gaussian")];
  const key = keyFor(2);
  expect(bestOfError(gaussian, 100, key).high).toBeLessThan(bestOfError(of("enumerated z"), 100, key).low);
  expect(spuriousRate(gaussian).low).toBeGreaterThan(0.65);
  expect(spuriousRate(collapsed).high).toBeLessThan(0.001);
});

test("the Gaussian made from samples of the truth is the Gaussian of the table", () => {
  const mixture = branchTrials(predictors["true mixture"], 1000, keyFor(0, "reference", "true mixture"));
  const measured = measure(gaussianFutures(mixture, 100, keyFor(3)));
  for (const [i, printed] of REFERENCE["one Gaussian"].entries()) {
    expect(Math.abs(measured[i]!.mean - printed)).toBeLessThanOrEqual(tolerance(measured[i]!, printed));
  }
});

test("enumerated codes have .06 of a deterministic twin's error", () => {
  const [enumerated, twin] = (["enumerated z", "deterministic mean"] as const).map((name) =>
    branchTrials(predictors[name], NUM_TRIALS, keyFor(0, "ratio")),
  ) as [FutureTrial[], FutureTrial[]];
  const ratio = ratioToTwin(enumerated, twin, 2, keyFor(4));
  // E|n| of a plane normal is σ √(π/2): .627 / 10.01
  expect(ratio.low).toBeLessThan(0.0626);
  expect(ratio.high).toBeGreaterThan(0.0626);
});
