import { describe, expect, test } from "vitest";
import { keyFor, ValueError } from "../../compute/index.js";
import { bestOfErrors, ratioToTwin } from "./best-of.js";
import { futuresCalibration } from "./calibration.js";
import { energyWells } from "./energy-wells.js";
import { futuresSpread, spreadOf } from "./spread.js";
import { branchTrials, corridorTrials, modesOf, predictors } from "./testing/reference-branch.js";
import type { FutureTrial, Possibility } from "./trial.js";
import { modeCoverage, nearestModeDistance, spuriousRate } from "./validity.js";

const key = keyFor(0);
const future = (x: number, y: number, probability: number): Possibility => ({ position: [x, y], probability });
/** It went right; branches at (10, 0) and (−10, 0). */
const trialOf = (futures: readonly Possibility[], right = 0.5): FutureTrial => ({
  futures,
  modes: modesOf(right),
  outcome: [10, 0],
});

describe("best of k", () => {
  test("the likeliest k count, in the order given where they are equally likely", () => {
    const trial = trialOf([future(-10, 0, 0.2), future(4, 0, 0.5), future(10, 3, 0.3)]);
    expect([1, 2, 3, 8].map((k) => bestOfErrors([trial], k)[0])).toEqual([6, 3, 3, 3]);
    const samples = trialOf([future(-10, 0, 0.5), future(10, 4, 0.5)]);
    expect([1, 2].map((k) => bestOfErrors([samples], k)[0])).toEqual([20, 4]);
  });

  test("over a twin in the middle: 4 px of 10", () => {
    const trial = trialOf([future(10, 4, 0.5), future(-10, 4, 0.5)]);
    const ratio = ratioToTwin([trial], [trialOf([future(0, 0, 1)])], 2, key);
    expect(ratio).toEqual({ mean: 0.4, low: 0.4, high: 0.4, n: 1 });
    const other = { ...trial, outcome: [-10, 0] };
    expect(() => ratioToTwin([trial], [other], 2, key)).toThrow(/same trials/);
    expect(() => bestOfErrors([trial], 0)).toThrow(/"k" must be a whole number of at least 1/);
  });
});

describe("validity", () => {
  test("futures count by their probabilities", () => {
    const trial = trialOf([future(10, 2, 0.6), future(-6, 3, 0.3), future(0, 0, 0.1)]);
    expect(nearestModeDistance([trial], key).mean).toBeCloseTo(0.6 * 2 + 0.3 * 5 + 0.1 * 10, 12);
    expect(spuriousRate([trial]).mean).toBeCloseTo(0.4, 12);
    expect(spuriousRate([trial], 6).mean).toBeCloseTo(0.1, 12);
    expect(spuriousRate([trial], 1).mean).toBeCloseTo(1, 12);
  });

  test("a future on the threshold is one of the mode", () => {
    expect(spuriousRate([trialOf([future(13, 0, 1)])]).mean).toBe(0);
    expect(spuriousRate([trialOf([future(13.001, 0, 1)])]).mean).toBe(1);
  });

  test("which modes are hit: right in both trials, left in one, both by the third guess", () => {
    const trials = [
      trialOf([future(10, 0, 0.5), future(9, 0, 0.3), future(-9, 0, 0.2)]),
      trialOf([future(10, 0, 0.5), future(0, 0, 0.5)]),
    ];
    const { all, byMode } = modeCoverage(trials, 3);
    expect([all.mean, ...byMode.map(({ mean }) => mean)]).toEqual([0.5, 1, 0.5]);
    expect(modeCoverage(trials, 2).byMode.map(({ mean }) => mean)).toEqual([1, 0]);
  });

  test("trials of one mode do not count, and there must be others", () => {
    const straight = corridorTrials([future(0, 10, 1)], 5, key);
    expect(spuriousRate([...straight, trialOf([future(0, 0, 1)])])).toMatchObject({ mean: 1, n: 1 });
    expect(() => spuriousRate(straight)).toThrow(/of several modes/);
    expect(() => nearestModeDistance(straight, key)).toThrow(ValueError);
  });

  test("modes that one future could hit together are refused", () => {
    expect(() => spuriousRate([trialOf([future(0, 0, 1)])], 10)).toThrow(/more than two thresholds \(20\) apart/);
    expect(() => spuriousRate([trialOf([future(0, 0, 1)])], 9.99)).not.toThrow();
    expect(() => spuriousRate([trialOf([future(0, 0, 1)])], 0)).toThrow(/"threshold" must be above 0/);
  });
});

describe("calibration", () => {
  test("by hand: .7 right, .2 left, .1 nowhere, and it went right", () => {
    const trial = trialOf([future(10, 0, 0.7), future(-10, 1, 0.2), future(0, 0, 0.1)], 0.8);
    const { groups, gap, brier, logLoss, truth } = futuresCalibration([trial], key);
    expect(groups).toHaveLength(1);
    expect(groups[0]!.predicted.map(({ mean }) => mean)).toEqual([0.7, 0.2]);
    expect(gap.mean).toBeCloseTo(0.1, 12);
    expect(brier.mean).toBeCloseTo(0.3 ** 2 + 0.2 ** 2 + 0.1 ** 2, 12);
    expect(logLoss.mean).toBeCloseTo(-Math.log(0.7), 12);
    expect(truth.brier).toBeCloseTo(2 * 0.2 ** 2, 12);
    expect(truth.logLoss).toBeCloseTo(-Math.log(0.8), 12);
  });

  test("a branch that was never given costs −ln .001, not everything", () => {
    const { logLoss, brier } = futuresCalibration([trialOf([future(-10, 0, 1)])], key);
    expect(logLoss.mean).toBeCloseTo(Math.log(1000), 12);
    expect(brier.mean).toBe(2);
  });

  test("the truth at p = .2, .5 and .8 has no gap; always .5 has a gap of .3 in two groups", () => {
    const trialsOf = (predicted?: number) =>
      [0.2, 0.5, 0.8].flatMap((right) =>
        branchTrials(() => modesOf(predicted ?? right), 300, keyFor(1, "calibration", right), right),
      );
    const truth = futuresCalibration(trialsOf(), key);
    expect(truth.gap.mean).toBeCloseTo(0, 12);
    expect(truth.brier.mean).toBeCloseTo(truth.truth.brier, 12);
    // 2 p (1 − p): .32, .5 and .32
    expect(Math.abs(truth.brier.mean - 0.38)).toBeLessThan(0.03);
    const unsure = futuresCalibration(trialsOf(0.5), key);
    expect(unsure.groups.map(({ probabilities, gap }) => [probabilities[0], Number(gap.toFixed(9))])).toEqual([
      [0.2, 0.3],
      [0.5, 0],
      [0.8, 0.3],
    ]);
    expect(unsure.brier.mean).toBeCloseTo(0.5, 12);
    expect(unsure.brier.mean).toBeGreaterThan(truth.brier.high);
  });

  test("samples of the truth are calibrated, those of one branch are not", () => {
    const gapOf = (name: keyof typeof predictors) =>
      futuresCalibration(branchTrials(predictors[name], 500, keyFor(2, name)), key).gap.mean;
    expect(gapOf("true mixture")).toBeLessThan(0.01);
    expect(gapOf("mode-collapsed")).toBeCloseTo(0.5, 12);
    expect(gapOf("deterministic mean")).toBeCloseTo(0.5, 12);
  });
});

describe("spread", () => {
  test("two branches 20 px apart: √(2 · ¼ · 20²); one of a hundredth hardly counts; one future has none", () => {
    expect(spreadOf(modesOf(0.5))).toBeCloseTo(Math.sqrt(200), 12);
    expect(spreadOf(modesOf(0.99))).toBeCloseTo(Math.sqrt(2 * 0.99 * 0.01 * 400), 12);
    expect(spreadOf([future(3, 4, 1)])).toBe(0);
  });

  test("agrees with the sum over pairs", () => {
    const futures = [future(1, 5, 0.2), future(-3, 2, 0.5), future(4, 4, 0.3)];
    const pairs = futures.flatMap((a) =>
      futures.map(
        (b) =>
          a.probability *
          b.probability *
          ((a.position[0]! - b.position[0]!) ** 2 + (a.position[1]! - b.position[1]!) ** 2),
      ),
    );
    expect(spreadOf(futures)).toBeCloseTo(Math.sqrt(pairs.reduce((sum, pair) => sum + pair)), 12);
  });

  test("ratio of branches to corridor: 20/√2 over 1/√2, and ∞ where the corridor has none", () => {
    const branching = branchTrials(predictors["enumerated z"], 40, keyFor(3));
    const corridor = corridorTrials([future(0.5, 10, 0.5), future(-0.5, 10, 0.5)], 20, keyFor(4));
    const { ratio, elsewhere } = futuresSpread([...branching, ...corridor], key);
    expect(ratio!.mean).toBeCloseTo(20, 9);
    expect(ratio!.low).toBeCloseTo(20, 9);
    expect(elsewhere!.n).toBe(20);
    const straight = corridorTrials([future(0, 10, 1)], 20, keyFor(4));
    expect(futuresSpread([...branching, ...straight], key).ratio!.mean).toBe(Number.POSITIVE_INFINITY);
    expect(futuresSpread(branching, key).ratio).toBeUndefined();
  });
});

describe("energy wells", () => {
  test("by hand: one of two trials has both wells; depth 2 and −1; five of eight comparisons", () => {
    const trials = [
      { valid: [1, 2], midpoint: 4, impossible: [5, 6] },
      { valid: [0, 4], midpoint: 3, impossible: [0.5] },
    ];
    const { wells, margin, auroc } = energyWells(trials, key);
    expect(wells).toMatchObject({ mean: 0.5, n: 2 });
    expect(margin.mean).toBe(0.5);
    // 5 and 6 above all four, .5 above the 0 alone.
    expect(auroc.mean).toBeCloseTo(9 / 12, 12);
    expect(energyWells(trials, key, { margin: 2 }).wells.mean).toBe(0);
  });

  test("refuses one valid future and energies that are not finite", () => {
    expect(() => energyWells([{ valid: [1], midpoint: 2, impossible: [3] }], key)).toThrow(/two futures at least/);
    expect(() => energyWells([{ valid: [1, 2], midpoint: Number.NaN, impossible: [3] }], key)).toThrow(/finite/);
    expect(() => energyWells([], key)).toThrow(ValueError);
  });
});

describe("what cannot be measured is refused, by name", () => {
  test.each([
    ["probabilities that do not sum to 1", [future(10, 0, 0.5), future(-10, 0, 0.4)], /trials\[0\]\.futures.*sum to 1/],
    ["a probability below 0", [future(10, 0, 1.5), future(-10, 0, -0.5)], /futures\[0\]\.probability.*from 0 to 1/],
    ["a probability that is NaN", [future(10, 0, Number.NaN)], /futures\[0\]\.probability/],
    ["a place that is NaN", [future(Number.NaN, 0, 1)], /futures\[0\]\.position.*finite.*NaN at 0/],
    ["a place of another width", [{ position: [1], probability: 1 }], /2 numbers, as the first outcome/],
    ["no future", [], /at least one/],
  ])("%s", (_what, futures, message) => {
    expect(() => bestOfErrors([trialOf(futures)], 1)).toThrow(message);
    expect(() => bestOfErrors([trialOf(futures)], 1)).toThrow(ValueError);
  });

  test("no trials, and modes that never happen", () => {
    expect(() => bestOfErrors([], 1)).toThrow(/at least one trial/);
    expect(() => bestOfErrors([trialOf([future(0, 0, 1)], 1)], 1)).toThrow(/modes\[1\]\.probability.*above 0/);
  });
});
