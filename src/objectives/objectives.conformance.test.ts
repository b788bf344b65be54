/** Every registered objective, in one suite; smallest cases are made from what it says it needs. */
import { describe, expect, test } from "vitest";
import { float32, type HostArray, keyFor, Random, resolveOptions, Tensor, UnknownNameError } from "../compute/index.js";
import { maxGradientError } from "../compute/testing/gradient-check.js";
import { objectives } from "./catalog.js";
import type { Objective } from "./objective.js";
import { objectiveValue } from "./objective-value.js";
import { projector } from "./projector.js";
import { agreeingViews, fromRows, normalProjections, rowsOf } from "./testing/projections.js";

const allFinite = (value: Awaited<ReturnType<typeof objectiveValue>>): boolean =>
  [value.total, ...Object.values(value.terms), ...value.gradients.flatMap(({ data }) => [...data])].every(
    Number.isFinite,
  );

const permuted = (view: HostArray, order: readonly number[]): HostArray => {
  const rows = rowsOf(view);
  return fromRows(order.map((i) => rows[i]!));
};

const scaled = (view: HostArray, factor: number): HostArray =>
  float32(view.data.map((x) => factor * x) as Float32Array, view.shape);

describe.each(Object.entries<Objective>(objectives))("objective %s", (name, objective) => {
  const { needs } = objective;
  const config = resolveOptions(name, objective.options);
  const views = agreeingViews(needs.views, 6, 4);
  const evaluate = (projections: readonly HostArray[]) => objectiveValue(name, projections);

  test("is registered under its name and describes itself", () => {
    expect(objective.name).toBe(name);
    expect(objective.summary.length).toBeGreaterThan(10);
    expect(objective.source).toMatch(/arXiv|doi|https/);
    expect(objective.defaultViews.length).toBeGreaterThanOrEqual(needs.views);
    expect(projector(8, objective.projector!).parameters).toBeDefined();
  });

  test("the total is the weighted sum of its terms", async () => {
    const { total, terms } = await evaluate(views);
    const weights = objective.weights(config);
    expect(Object.keys(weights)).toEqual(Object.keys(terms));
    const sum = Object.entries(terms).reduce((sum, [term, value]) => sum + weights[term]! * value, 0);
    expect(Math.abs(total / sum - 1)).toBeLessThan(1e-5);
  });

  test("every view gets a finite gradient that is not zero", async () => {
    const value = await evaluate(views);
    expect(allFinite(value)).toBe(true);
    expect(value.gradients.map(({ shape }) => shape)).toEqual(views.map(({ shape }) => shape));
    for (const norm of value.gradientNorms) expect(norm).toBeGreaterThan(1e-4);
  });

  test.each(needs.localViews ? [0, 2] : [0])(
    "the gradient agrees with central differences, %i local views",
    async (numLocal) => {
      const noise = objective.noise?.(config, { batchSize: 6, projectionDim: 4 }, new Random(keyFor(0))) ?? {};
      const inputs = Object.fromEntries(agreeingViews(needs.views + numLocal, 6, 4).map((view, v) => [`${v}`, view]));
      const error = await maxGradientError(inputs, (moved) => {
        const fixed = Object.fromEntries(Object.entries(noise).map(([key, array]) => [key, Tensor.constant(array)]));
        const projections = Object.values(moved);
        return objective.loss({ projections, numGlobalViews: needs.views, noise: fixed }, config).total;
      });
      expect(error).toBeLessThan(1e-2);
    },
  );

  test("the same numbers give the same bits", async () => {
    expect(await evaluate(views)).toEqual(await evaluate(views));
  });

  test("the order of the images does not matter", async () => {
    const order = [3, 0, 5, 1, 4, 2];
    const [straight, mixed] = [await evaluate(views), await evaluate(views.map((view) => permuted(view, order)))];
    expect(Math.abs(mixed.total / straight.total - 1)).toBeLessThan(1e-5);
    const expected = permuted(straight.gradients[0]!, order).data;
    for (const [i, g] of mixed.gradients[0]!.data.entries()) expect(g).toBeCloseTo(expected[i]!, 5);
  });

  test("the pairing of the views matters", async () => {
    const [first, ...rest] = views;
    const mispaired = await evaluate([first!, ...rest.map((view) => permuted(view, [1, 2, 3, 4, 5, 0]))]);
    expect(mispaired.total).toBeGreaterThan((await evaluate(views)).total);
  });

  test("collapse costs more than agreeing views that are spread out", async () => {
    const healthy = normalProjections(32, 8, 0);
    const collapsed = {
      point: new Float32Array(32 * 8).fill(0.5),
      nearOrigin: healthy.data.map((x) => 1e-6 * x + 1e-3),
    };
    const best = (await evaluate(views.map(() => healthy))).total;
    for (const data of Object.values(collapsed)) {
      const view = float32(data as Float32Array, [32, 8]);
      expect((await evaluate(views.map(() => view))).total).toBeGreaterThan(best * 1.5);
    }
  });

  test.each<[string, (view: HostArray, v: number) => HostArray]>([
    ["all zero", ({ shape }) => float32(new Float32Array(shape[0]! * shape[1]!), shape)],
    ["all equal", ({ shape }) => float32(new Float32Array(shape[0]! * shape[1]!).fill(3), shape)],
    ["constant columns", (view) => fromRows(rowsOf(view).map((row) => [1, ...row.slice(1, -1), 0]))],
    ["identical views", () => views[0]!],
    ["opposite views", (view, v) => scaled(views[0] ?? view, v % 2 === 0 ? 1 : -1)],
    ["scale 1e4", (view) => scaled(view, 1e4)],
    ["scale 1e-4", (view) => scaled(view, 1e-4)],
    ["two images", (view) => fromRows(rowsOf(view).slice(0, 2))],
    ["one dimension", (view) => fromRows(rowsOf(view).map((row) => [row[0]!]))],
  ])("stays finite: %s", async (_case, change) => {
    expect(allFinite(await evaluate(views.map(change)))).toBe(true);
  });

  test("takes more views", async () => {
    const value = await evaluate(agreeingViews(needs.views + 2, 6, 4));
    expect(allFinite(value)).toBe(true);
    expect(value.gradientNorms.every((norm) => norm > 0)).toBe(true);
  });

  test("names what is wrong with its projections", async () => {
    await expect(evaluate(views.slice(1))).rejects.toThrow(
      `${name}: "projections" must have at least ${needs.views} views`,
    );
    await expect(evaluate([...views.slice(1), normalProjections(6, 5, 0)])).rejects.toThrow(
      /must have shape \[6, [45]\]/,
    );
    await expect(evaluate(views.map((view) => permuted(view, [0])))).rejects.toThrow("shape [B >= 2, D], got [1, 4]");
    await expect(objectiveValue(name, views, { config: { nonsense: 1 } })).rejects.toThrow(UnknownNameError);
  });
});

test("an unknown objective gets the nearest name", async () => {
  await expect(objectiveValue("vicregg", agreeingViews(2, 4, 2))).rejects.toThrow('Did you mean "vicreg"?');
});
