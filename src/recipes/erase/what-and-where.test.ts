import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseEngine, keyFor, Random } from "../../compute/index.js";
import { ProgramCache } from "../../evaluate/index.js";
import { askFeatures, askWhatAndWhere, type FactorTask, factorOf, factorsOf } from "./what-and-where.js";

let programs: ProgramCache;
beforeAll(async () => {
  programs = new ProgramCache(await chooseEngine("native"));
});
afterAll(() => programs.dispose());

const N = 200;
const rows = Array.from({ length: N }, (_, i) => i);
const random = new Random(keyFor(0));
const classOf = Int32Array.from(rows, () => random.integer(2));
const places = rows.map(() => random.integer(4));
const angles = rows.map(() => random.uniform(0, 2 * Math.PI));
const measurements = {
  "position.x": Float64Array.from(places, (place) => place % 2),
  "position.y": Float64Array.from(places, (place) => Math.floor(place / 2)),
  "angle.sin": Float64Array.from(angles, Math.sin),
  "angle.cos": Float64Array.from(angles, Math.cos),
};
const task = (): FactorTask => ({
  labels: { classOf, numClasses: 2 },
  measurements,
  train: Uint32Array.from(rows.filter((i) => i % 4 !== 0)),
  test: Uint32Array.from(rows.filter((i) => i % 4 === 0)),
  seed: 0,
  programs,
});

test("a factor is what stands before the dot", () => {
  expect(factorOf("colour.sin")).toBe("colour");
  expect(factorsOf(measurements)).toEqual(["position", "angle"]);
  expect(factorsOf()).toEqual([]);
});

test("features that hold the class and one factor know these, and nothing of the other", async () => {
  const noise = new Random(keyFor(1));
  const values = Float32Array.from(
    rows.flatMap((i) => [Math.sin(angles[i]!), Math.cos(angles[i]!), 3 * classOf[i]!, noise.normal()]),
  );
  const { linear, knn, factors } = await askWhatAndWhere({ numImages: N, dim: 4, values }, task());
  expect(linear).toBe(1);
  expect(knn).toBeGreaterThan(0.9);
  expect(factors.angle).toBeGreaterThan(0.999);
  expect(factors.position).toBeLessThan(0.1);
});

test("without labels there is no recognition, without measurements no factor, and unknown numbers are left out", async () => {
  const values = Float32Array.from(rows.flatMap((i) => [Math.sin(angles[i]!), Math.cos(angles[i]!)]));
  const features = { numImages: N, dim: 2, values };
  const { labels: _, ...unlabelled } = task();
  const sine = measurements["angle.sin"].map((value, i) => (i % 10 === 0 ? Number.NaN : value));
  const found = await askWhatAndWhere(features, { ...unlabelled, measurements: { sine } });
  expect(found).toEqual({ factors: { sine: expect.closeTo(1, 3) } });
  const { measurements: __, ...unmeasured } = task();
  expect((await askWhatAndWhere(features, unmeasured)).factors).toEqual({});
});

describe("a grid", () => {
  test.each([3, 80])("knows where, what its mean has forgotten (%d numbers a place)", async (dim) => {
    // one of four places is lit, in the same way whichever it is
    const tokens = new Float32Array(N * 4 * dim);
    for (const i of rows) tokens[(i * 4 + places[i]!) * dim] = 1;
    const constant = new Random(keyFor(2));
    const pooled = Float32Array.from({ length: N * dim }, (_, at) => (at % dim === 0 ? 0.25 : constant.normal()));
    const report = await askFeatures(
      {
        pooled: { numImages: N, dim, values: pooled },
        tokens: { numImages: N * 4, dim, values: tokens },
        gridSize: 2,
      },
      task(),
    );
    expect(report.grid!.factors.position).toBeGreaterThan(0.99);
    expect(report.pooled.factors.position).toBeLessThan(0.1);
  });

  test("of one place is no grid", async () => {
    const one = { numImages: N, dim: 1, values: Float32Array.from(classOf) };
    expect(await askFeatures({ pooled: one, tokens: one, gridSize: 1 }, task())).not.toHaveProperty("grid");
  });
});
