import { describe, expect, test } from "vitest";
import { keyFor, Random } from "../../compute/index.js";
import type { BranchingWorld } from "../../environments/index.js";
import { type JunctionState, junction } from "../../environments/junction.js";
import { firstFuture, gaussianFutures, meanFuture, sampledFutures, shuffledFutures } from "./controls.js";
import { futuresReport } from "./futures-report.js";
import { renderFutures } from "./futures-table.js";
import { goalsMet } from "./plurality-goals.js";
import { branchTrials, corridorTrials, predictors } from "./testing/reference-branch.js";
import type { FutureTrial, Possibility } from "./trial.js";

const key = keyFor(7);
const straight: readonly Possibility[] = [
  { position: [0.1, 10], probability: 0.5 },
  { position: [-0.1, 10], probability: 0.5 },
];

describe("controls", () => {
  const trials = [0.2, 0.8].flatMap((right) =>
    branchTrials(predictors["enumerated z"], 50, keyFor(0, "controls", right), right),
  );

  test("only the futures change", () => {
    for (const changed of [
      meanFuture(trials),
      firstFuture(trials),
      shuffledFutures(trials, key),
      gaussianFutures(trials, 4, key),
      sampledFutures(trials, 4, key),
    ]) {
      expect(changed.map(({ modes, outcome }) => ({ modes, outcome }))).toEqual(
        trials.map(({ modes, outcome }) => ({ modes, outcome })),
      );
      for (const { futures } of changed) {
        expect(futures.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
      }
    }
  });

  test("the mean by the probabilities; the first with all of it", () => {
    const [mean] = meanFuture(trials)[0]!.futures;
    expect(mean!.position[0]).toBeCloseTo(0.2 * 10 - 0.8 * 10, 12);
    expect(firstFuture(trials)[0]!.futures).toEqual([{ position: [10, 0], probability: 1 }]);
  });

  test("no trial keeps its own futures when they are shuffled, and none is lost", () => {
    const named = trials.map((trial, i) => ({ ...trial, futures: [{ position: [i, 0], probability: 1 }] }));
    const namesOf = (shuffled: readonly FutureTrial[]) => shuffled.map(({ futures }) => futures[0]!.position[0]!);
    const names = namesOf(shuffledFutures(named, key));
    expect(names.every((name, i) => name !== i)).toBe(true);
    expect(names.toSorted((a, b) => a - b)).toEqual(trials.map((_, i) => i));
    expect(() => shuffledFutures(trials.slice(0, 1), key)).toThrow(/at least two trials/);
  });

  test("the Gaussian has the mean and the covariance of the futures", () => {
    const futures = [
      { position: [0, 1], probability: 0.25 },
      { position: [4, 3], probability: 0.75 },
    ];
    const [trial] = gaussianFutures([{ ...trials[0]!, futures }], 20_000, key);
    const momentOf = (termOf: (x: number, y: number) => number) =>
      trial!.futures.reduce((sum, { position: [x, y] }) => sum + termOf(x!, y!), 0) / 20_000;
    expect(momentOf((x) => x)).toBeCloseTo(3, 1);
    expect(momentOf((_, y) => y)).toBeCloseTo(2.5, 1);
    // Σ p (x − 3)² = .25 · 9 + .75 · 1 = 3; along the line through both, so half of it across x and y, a quarter in y.
    expect(Math.abs(momentOf((x) => (x - 3) ** 2) - 3)).toBeLessThan(0.15);
    expect(Math.abs(momentOf((x, y) => (x - 3) * (y - 2.5)) - 1.5)).toBeLessThan(0.08);
    expect(Math.abs(momentOf((_, y) => (y - 2.5) ** 2) - 0.75)).toBeLessThan(0.04);
  });

  test("sampled futures come as often as they are likely", () => {
    const [trial] = sampledFutures(trials, 10_000, key);
    const right = trial!.futures.filter(({ position }) => position[0] === 10).length / 10_000;
    expect(Math.abs(right - 0.2)).toBeLessThan(0.016); // four standard errors
  });
});

describe("the junction itself", () => {
  const world = junction.create({ places: "heldOut", corridorShare: 0.3, rightProbability: -1 });
  /** After so many steps, every dot is well along an arm. */
  const noActions = Array(32).fill([0]);

  /** The world's own futures as a prediction, right before left. */
  function trialAt(index: number): FutureTrial {
    const random = new Random(keyFor(3, "junction", index));
    const start = world.reset(random);
    const modes = (world as BranchingWorld<JunctionState>)
      .futures(start, noActions)
      .map(({ probability, states }): Possibility => ({ position: [states.at(-1)!.x, states.at(-1)!.y], probability }))
      .toSorted((a, b) => b.position[0]! - a.position[0]!);
    let end = start;
    for (const action of noActions) end = world.step(end, action, random);
    return { futures: modes, modes, outcome: [end.x, end.y] };
  }

  test("who knows its futures reaches every goal without an error; their mean reaches none", () => {
    const trials = Array.from({ length: 120 }, (_, i) => trialAt(i));
    const [model, twin] = futuresReport({ name: "world", trials }, { key }).rows;
    expect(Object.values(goalsMet(model!))).toEqual(Array(5).fill(true));
    expect(model!.bestOf.at(-1)!.error.mean).toBe(0);
    expect(model!.calibration.groups.map(({ probabilities }) => probabilities[0])).toEqual([0.2, 0.5, 0.8]);
    expect(model!.spread.elsewhere!.mean).toBe(0);
    expect(Object.values(goalsMet(twin!))).toEqual(Array(5).fill(false));
  });
});

describe("report", () => {
  const junctions = (predictor = predictors["enumerated z"]) =>
    [0.2, 0.5, 0.8].flatMap((right) => branchTrials(predictor, 100, keyFor(0, "report", right), right));
  const model = {
    name: "two codes",
    trials: [...junctions(), ...corridorTrials(straight, 100, keyFor(0, "corridor"))],
    energies: Array.from({ length: 40 }, (_, i) => ({ valid: [0.1, 0.2], midpoint: 1 + i / 40, impossible: [1.5] })),
  };
  const report = futuresReport(model, { key });
  const rowOf = (name: string) => report.rows.find((row) => row.name === name)!;

  test("counts, and a row for the model, its twin and each control", () => {
    expect(report).toMatchObject({ unit: "px", threshold: 3, numBranching: 300, numElsewhere: 100, numModes: 2 });
    expect(report.rows.map(({ name, numFutures }) => [name, numFutures])).toEqual([
      ["two codes", 2],
      ["mean of futures", 1],
      ["one Gaussian", 8],
      ["shuffled z", 2],
      ["z = 0", 1],
    ]);
  });

  test("two codes reach every goal, and no control does", () => {
    expect(goalsMet(rowOf("two codes"))).toEqual({
      ...{ ratio: true, spurious: true, coverage: true, calibration: true, spread: true, wells: true },
    });
    expect(goalsMet(rowOf("mean of futures"))).toEqual({
      ...{ ratio: false, spurious: false, coverage: false, calibration: false, spread: false },
    });
    for (const name of ["mean of futures", "one Gaussian", "shuffled z", "z = 0"]) {
      expect(Object.values(goalsMet(rowOf(name))).every(Boolean)).toBe(false);
    }
    expect(rowOf("one Gaussian").spurious.low).toBeGreaterThan(0.6);
    expect(rowOf("shuffled z").spread.ratio!.mean).toBeLessThan(2);
    expect(rowOf("z = 0").coverage[0]!.all.mean).toBe(0);
    expect(rowOf("mean of futures").ratio.mean).toBe(1);
  });

  test("a blur loses everything but a bet on one branch keeps precision: why all goals are asked for together", () => {
    const collapsed = futuresReport({ name: "one branch", trials: junctions(predictors["mode-collapsed"]) }, { key });
    expect(goalsMet(collapsed.rows[0]!)).toEqual({
      ...{ ratio: false, spurious: true, coverage: false, calibration: false },
    });
  });

  test("a trained twin takes the place of the mean, and others come last", () => {
    const twin = { name: "trained twin", trials: meanFuture(model.trials) };
    const { rows } = futuresReport(model, { key, twin, others: [{ name: "seed 2", trials: model.trials }] });
    expect(rows.map(({ name }) => name)).toEqual([
      "two codes",
      "trained twin",
      "one Gaussian",
      "shuffled z",
      "z = 0",
      "seed 2",
    ]);
  });

  test("as tables of at most 100 columns", () => {
    const text = renderFutures(report);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    expect(text).toMatch(/^300 trials that branch, 100 that do not; a mode is hit within 3 px$/m);
    expect(text).toMatch(/^two codes 2, mean of futures 1, one Gaussian 8, shuffled z 2, z = 0 1$/m);
    expect(text).toMatch(/^goal +≤ 0\.15$/m);
    expect(text).toMatch(/^two codes +0\.00 \(0\.00–0\.00\) +0\.0 \(0\.0–1\.3\) +100\.0 \(98\.7–100\.0\)/m);
    expect(text).toMatch(/^two codes: 6 of 6 goals$/m);
    expect(text).toMatch(/^mean of futures: 0 of 5 goals; not: ratio to twin, spurious, coverage/m);
  });
});
