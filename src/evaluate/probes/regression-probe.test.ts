import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseEngine, keyFor, Random, ShapeError, ValueError } from "../../compute/index.js";
import { allRows, selectRows } from "../features.js";
import { fitRidge, ProgramCache } from "../linear-algebra/index.js";
import { regress, type TargetRows } from "./regression-probe.js";

let programs: ProgramCache;
beforeAll(async () => {
  programs = new ProgramCache(await chooseEngine());
});
afterAll(() => programs.dispose());

/** Normal features and what `targetsOf` makes of each row. */
function rowsOf(n: number, dim: number, seed: number, targetsOf: (x: Float32Array) => number[]): TargetRows {
  const random = new Random(keyFor(seed, "rows"));
  const values = Float32Array.from({ length: n * dim }, () => random.normal());
  const targets = Array.from({ length: n }, (_, i) => targetsOf(values.subarray(i * dim, (i + 1) * dim))).flat();
  return { ...allRows({ numImages: n, dim, values }), targets };
}

describe("ridge", () => {
  test("by hand: x = ±1, y = ±2 gives w = 2 / (1 + λ)", async () => {
    const task = {
      features: { numImages: 2, dim: 1, values: Float32Array.of(-1, 1) },
      targets: Float64Array.of(-2, 2),
      numTargets: 1,
      columns: [0, 1, 3].map((strength) => ({ target: 0, strength })),
      maxPasses: 10,
      programs,
    };
    const fitted = await fitRidge(task);
    expect(fitted.map(([w]) => w)).toEqual([2, 1, 0.5].map((w) => expect.closeTo(w, 6)));
    await expect(fitRidge({ ...task, numTargets: 2 })).rejects.toThrow(ShapeError);
  });

  test("the gradient of its objective vanishes, in blocks too: Xᵀ(Xw − y)/n + λw = 0", async () => {
    const [n, dim, strength] = [2500, 7, 0.3];
    const { source, targets } = rowsOf(n, dim, 3, (x) => [x[0]! - 2 * x[4]! + Math.sin(3 * x[1]!)]);
    const given = { features: source, targets: Float64Array.from(targets), numTargets: 1, programs };
    const [w] = await fitRidge({ ...given, columns: [{ target: 0, strength }], maxPasses: 50 });
    const gradient = Array.from(w!, (weight) => strength * weight);
    for (let i = 0; i < n; i++) {
      const x = source.values.subarray(i * dim, (i + 1) * dim);
      const error = x.reduce((sum, value, d) => sum + value * w![d]!, -targets[i]!);
      for (let d = 0; d < dim; d++) gradient[d]! += (error * x[d]!) / n;
    }
    for (const entry of gradient) expect(Math.abs(entry)).toBeLessThan(1e-5);
  });
});

describe("regress", () => {
  test("recovers a linear law exactly, its weights and its bias, whatever the scale of the features", async () => {
    const law = (x: Float32Array) => [3 * x[0]! - 0.5 * x[1]! + 7, x[2]! * 1000];
    const scaled = (rows: TargetRows): TargetRows => {
      const { source } = rows;
      const values = source.values.map((value, i) => value * [1e-3, 1, 50][i % 3]! + 5);
      return { ...rows, source: { ...source, values } };
    };
    const [train, testRows] = [rowsOf(200, 3, 1, law), rowsOf(100, 3, 2, law)];
    const outcome = await regress({ train, test: testRows, names: ["a", "b"], seed: 0, programs });
    expect(outcome.scores.a!.r2.mean).toBeGreaterThan(0.99999);
    expect(outcome.scores.b!.mae.mean).toBeLessThan(0.2);
    const weights = [3, 0, -0.5, 0, 0, 1000].map((w) => expect.closeTo(w, 1));
    expect([...outcome.model.weights]).toEqual(weights);
    expect(outcome.model.biases[0]).toBeCloseTo(7, 2);
    const other = await regress({
      train: scaled(train),
      test: scaled(testRows),
      names: ["a", "b"],
      seed: 0,
      programs,
    });
    expect(other.scores.a!.r2.mean).toBeGreaterThan(0.9999);
  });

  test("noise: no better than the mean, R² near 0, its interval around it, a strong λ chosen", async () => {
    const random = new Random(keyFor(9, "noise"));
    const noise = () => [random.normal()];
    const task = {
      train: rowsOf(60, 40, 1, noise),
      test: rowsOf(400, 40, 2, noise),
      names: ["noise"],
      seed: 0,
      programs,
    };
    const { noise: score } = (await regress(task)).scores;
    expect(score!.r2.mean).toBeLessThan(0.05);
    expect(score!.r2.mean).toBeGreaterThan(-0.3);
    expect(score!.r2.low).toBeLessThanOrEqual(score!.r2.mean);
    expect(score!.r2.high).toBeGreaterThanOrEqual(score!.r2.mean);
    expect(score!.l2).toBeGreaterThanOrEqual(1);
    expect(score!.mae.mean / score!.meanMae).toBeCloseTo(1, 1);
  });

  test("R² and MAE by hand: features that say nothing predict the training mean", async () => {
    const source = { numImages: 8, dim: 1, values: new Float32Array(8).fill(4) };
    const train = { ...selectRows(source, [0, 1, 2, 3]), targets: [0, 2, 4, 6] }; // mean 3
    const testRows = { ...selectRows(source, [4, 5]), targets: [1, 5] }; // mean 3, errors 2 and 2
    const { scores, predictions } = await regress({ train, test: testRows, names: ["y"], seed: 0, programs });
    expect([...predictions]).toEqual([3, 3]);
    expect(scores.y).toMatchObject({ mae: { mean: 2, n: 2 }, meanMae: 2 });
    expect(scores.y!.r2.mean).toBeCloseTo(0, 12);
  });

  test("more features than rows, and one target does not change another", async () => {
    const law = (x: Float32Array) => [x[0]! + x[1]!, x[5]!];
    const [train, testRows] = [rowsOf(50, 200, 1, law), rowsOf(80, 200, 2, law)];
    const both = await regress({ train, test: testRows, names: ["a", "b"], seed: 0, programs });
    const only = (rows: TargetRows) => ({ ...rows, targets: Array.from(rows.targets).filter((_, i) => i % 2 === 0) });
    const alone = await regress({ train: only(train), test: only(testRows), names: ["a"], seed: 0, programs });
    expect(both.scores.a!.r2.mean).toBeCloseTo(alone.scores.a!.r2.mean, 3);
    expect(both.scores.a!.r2.mean).toBeGreaterThan(-0.2);
  });

  test("property: shifting and scaling a target leaves R² and scales MAE", async () => {
    const law = (x: Float32Array) => [x[0]! + 0.5 * Math.sin(5 * x[1]!)];
    const [train, testRows] = [rowsOf(60, 4, 1, law), rowsOf(60, 4, 2, law)];
    // One strength: between two that score alike, rounding may choose the other.
    const asked = { names: ["y"], seed: 0, programs, strengths: [1] };
    const base = await regress({ train, test: testRows, ...asked });
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0.1, max: 50 }), fc.double({ min: -20, max: 20 }), async (factor, shift) => {
        const changed = (rows: TargetRows) => ({
          ...rows,
          targets: Array.from(rows.targets, (y) => factor * y + shift),
        });
        const task = { train: changed(train), test: changed(testRows), ...asked };
        const { y } = (await regress(task)).scores;
        expect(y!.r2.mean).toBeCloseTo(base.scores.y!.r2.mean, 2);
        expect(y!.mae.mean / factor).toBeCloseTo(base.scores.y!.mae.mean, 2);
      }),
      { numRuns: 8 },
    );
  });

  test("what cannot be learnt is said by name: NaN, a constant, the wrong number of targets", async () => {
    const rows = rowsOf(20, 2, 1, (x) => [x[0]!]);
    const task = { train: rows, test: rows, names: ["age"], seed: 0, programs };
    const holed = { ...rows, targets: Array.from(rows.targets).with(7, Number.NaN) };
    await expect(regress({ ...task, train: holed })).rejects.toThrow(/"age".*NaN in train row 7/);
    const flat = { ...rows, targets: new Float64Array(20).fill(3) };
    await expect(regress({ ...task, test: flat })).rejects.toThrow(/"age".*different between test images/);
    await expect(regress({ ...task, names: ["age", "size"] })).rejects.toThrow(ShapeError);
    await expect(regress({ ...task, names: [] })).rejects.toThrow(ValueError);
  });
});
