/** Every registered objective, in one suite; smallest cases are made from what it says it needs. */
import { describe, expect, test } from "vitest";
import { float32, type HostArray, resolveOptions, Tensor, UnknownNameError } from "../compute/index.js";
import { maxGradientError } from "../compute/testing/gradient-check.js";
import { objectives } from "./catalog.js";
import { comparesWithTargets, type Objective } from "./objective.js";
import { objectiveValue } from "./objective-value.js";
import { caseFor, changed, type ObjectiveCase, optionsOf, sequenceFor, stepInputs } from "./testing/objective-case.js";
import { normalProjections, takeImages } from "./testing/projections.js";

const allFinite = (value: Awaited<ReturnType<typeof objectiveValue>>): boolean =>
  [value.total, ...Object.values(value.terms), ...value.gradients.flatMap(({ data }) => [...data])].every(
    Number.isFinite,
  );

const filled = ({ data, shape }: HostArray, value: (x: number, index: number) => number): HostArray =>
  float32(Float32Array.from(data, value), shape);

const scaled = (array: HostArray, factor: number): HostArray => filled(array, (x) => factor * x);

describe.each(Object.entries<Objective>(objectives))("objective %s", (name, objective) => {
  const { needs } = objective;
  const config = resolveOptions(name, objective.options);
  const given = caseFor(objective);
  const hasTargets = comparesWithTargets(needs);
  const evaluate = (input: ObjectiveCase) =>
    objectiveValue(name, input.projections, { ...optionsOf(input), ...sequenceFor(objective) });

  test("is registered under its name and describes itself", () => {
    expect(objective.name).toBe(name);
    expect(objective.summary.length).toBeGreaterThan(10);
    expect(objective.source).toMatch(/arXiv|doi|https/);
    expect(objective.defaultViews.length).toBeGreaterThanOrEqual(needs.views);
    expect(objective.localPreset !== undefined, "a preset of local views where they are allowed").toBe(
      needs.localViews,
    );
  });

  test("the total is the weighted sum of its terms", async () => {
    const { total, terms } = await evaluate(given);
    const weights = objective.weights(config);
    expect(Object.keys(weights)).toEqual(Object.keys(terms));
    const sum = Object.entries(terms).reduce((sum, [term, value]) => sum + weights[term]! * value, 0);
    expect(Math.abs(total / sum - 1)).toBeLessThan(1e-5);
  });

  test("every projection gets a finite gradient that is not zero, no target gets any", async () => {
    const value = await evaluate(given);
    expect(allFinite(value)).toBe(true);
    expect(value.gradients.map(({ shape }) => shape)).toEqual(given.projections.map(({ shape }) => shape));
    for (const norm of value.gradientNorms) expect(norm).toBeGreaterThan(1e-4);
    expect(value.targetGradientNorms).toEqual((given.targets ?? []).map(() => 0));
  });

  test.each(needs.localViews ? [0, 2] : [0])(
    "the gradient agrees with central differences, %i local views",
    async (numLocal) => {
      const { projections, targets } = caseFor(objective, { numLocal });
      const { noise, scalars } = stepInputs(objective);
      const constants = <T extends HostArray | number>(values: Readonly<Record<string, T>>) =>
        Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Tensor.constant(value)]));
      const inputs = Object.fromEntries(projections.map((view, v) => [`${v}`, view]));
      const error = await maxGradientError(
        inputs,
        (moved) => {
          const { sequence } = sequenceFor(objective);
          const input = {
            projections: Object.values(moved),
            ...(sequence && { sequence: sequence(Object.values(moved)) }),
            numGlobalViews: projections.length - numLocal,
            noise: constants(noise),
            scalars: constants(scalars),
            ...(targets && { targets: targets.map((target) => Tensor.constant(target)) }),
          };
          return objective.loss(input, config).total;
        },
        4e-3,
      );
      expect(error).toBeLessThan(1e-2);
    },
  );

  test("the same numbers give the same bits", async () => {
    expect(await evaluate(given)).toEqual(await evaluate(given));
  });

  test("the order of the images does not matter", async () => {
    const order = [3, 0, 5, 1, 4, 2];
    const mixed = await evaluate(changed(given, (array) => takeImages(array, order)));
    const straight = await evaluate(given);
    expect(Math.abs(mixed.total / straight.total - 1)).toBeLessThan(1e-5);
    const expected = takeImages(straight.gradients[0]!, order).data;
    for (const [i, g] of mixed.gradients[0]!.data.entries()) expect(g).toBeCloseTo(expected[i]!, 5);
  });

  test("which image belongs to which matters", async () => {
    const shift = (array: HostArray) => takeImages(array, [1, 2, 3, 4, 5, 0]);
    const [first, ...rest] = given.projections;
    const mispaired = hasTargets
      ? { ...given, targets: given.targets!.map(shift) }
      : { projections: [first!, ...rest.map(shift)] };
    expect((await evaluate(mispaired)).total).toBeGreaterThan((await evaluate(given)).total);
  });

  test.each<[string, (array: HostArray, v: number) => HostArray]>([
    ["all zero", (array) => filled(array, () => 0)],
    ["all equal", (array) => filled(array, () => 3)],
    ["constant columns", (array) => filled(array, (x, i) => (i % 4 === 0 ? 1 : i % 4 === 3 ? 0 : x))],
    ["identical views", () => given.projections[0]!],
    ["opposite views", (_array, v) => scaled(given.projections[0]!, v % 2 === 0 ? 1 : -1)],
    ["scale 1e4", (array) => scaled(array, 1e4)],
    ["scale 1e-4", (array) => scaled(array, 1e-4)],
    ["two images", (array) => takeImages(array, [0, 1])],
    ["one dimension", ({ data, shape }) => narrowed(data, shape)],
  ])("stays finite: %s", async (_case, change) => {
    expect(allFinite(await evaluate(changed(given, change)))).toBe(true);
  });

  test("takes more views", async () => {
    const value = await evaluate(caseFor(objective, { numMore: 2 }));
    expect(allFinite(value)).toBe(true);
    expect(value.gradientNorms.every((norm) => norm > 0)).toBe(true);
  });

  test("names what is wrong with its projections", async () => {
    const tooFew = given.projections.slice(0, hasTargets ? 0 : needs.views - 1);
    await expect(evaluate({ ...given, projections: tooFew })).rejects.toThrow(
      new RegExp(`${name}: "projections(\\[0\\])?" must have at least \\d+ view`),
    );
    const other = (array: HostArray) => narrowed(array.data, array.shape);
    const [first, ...rest] = given.projections;
    await expect(evaluate({ ...given, projections: [other(first!), ...rest] })).rejects.toThrow(
      /must have shape \[.*\], got \[/,
    );
    await expect(objectiveValue(name, given.projections, { config: { nonsense: 1 } })).rejects.toThrow(
      UnknownNameError,
    );
  });

  if (needs.tokens === "pooled") {
    test("refuses a batch of one image", async () => {
      const single = changed(given, (array) => takeImages(array, [0]));
      await expect(evaluate(single)).rejects.toThrow("shape [B >= 2, D], got [1, 4]");
    });
  }

  if (hasTargets) {
    test("names missing targets, and targets of another shape", async () => {
      await expect(objectiveValue(name, given.projections)).rejects.toThrow(`${name}: "targets" must be`);
      const targets = given.targets!.map(({ data, shape }) => narrowed(data, shape));
      await expect(objectiveValue(name, given.projections, { targets })).rejects.toThrow(
        /"targets\[0\]" must have shape/,
      );
    });
  } else {
    // What is compared with a target can agree with it by being one point; what prevents that lies outside the formula.
    test("collapse costs more than agreeing views that are spread out", async () => {
      const healthy = normalProjections(32, 8, 0);
      const collapsed = {
        point: new Float32Array(32 * 8).fill(0.5),
        nearOrigin: healthy.data.map((x) => 1e-6 * x + 1e-3),
      };
      const alike = (data: HostArray) => ({ projections: given.projections.map(() => data) });
      const best = (await evaluate(alike(healthy))).total;
      for (const data of Object.values(collapsed)) {
        const view = float32(data as Float32Array, [32, 8]);
        expect((await evaluate(alike(view))).total).toBeGreaterThan(best * 1.5);
      }
    });
  }
});

/** The first number of each vector alone. */
function narrowed(data: ArrayLike<number>, shape: readonly number[]): HostArray {
  const dim = shape.at(-1)!;
  return float32(
    Array.from(data).filter((_, i) => i % dim === 0),
    [...shape.slice(0, -1), 1],
  );
}

test("an unknown objective gets the nearest name", async () => {
  const [a, b] = [normalProjections(4, 2, 0), normalProjections(4, 2, 1)];
  await expect(objectiveValue("vicregg", [a, b])).rejects.toThrow('Did you mean "vicreg"?');
});
