/** What every cost must do, and what each is by hand. */
import { describe, expect, test } from "vitest";
import { ShapeError } from "../../compute/errors.js";
import type { Candidates } from "../action-space.js";
import { costs, createCost } from "./catalog.js";
import type { CostDefinition, CostMaterial } from "./cost-definition.js";
import type { LatentPaths } from "./latent-paths.js";
import { linearReadout } from "./readout.js";

/** One candidate, two futures of two steps in the plane: along x, and along y. */
const paths: LatentPaths = {
  ...{ count: 1, numFutures: 2, horizon: 2, dim: 2 },
  states: Float32Array.of(1, 0, 3, 0, 0, 1, 0, 4),
  energies: Float32Array.of(1, 2, 5, 3),
};
const candidates: Candidates = { count: 1, horizon: 2, actionDim: 2, actions: Float32Array.of(3, 4, 0, -2) };
const material: CostMaterial = {
  goal: [3, 4],
  distance: (state, goal) => goal[0]! - state[0]!, // one may have to go further than back
  readout: linearReadout({ weights: [1, 2, 0, -1], bias: [0.5, 0] }),
  target: [0.5, 0],
  knownStates: Float32Array.of(0, 0, 3, 1),
};
const costOf = async (name: string, options = {}) => [
  ...(await createCost(name, options, material)(paths, candidates)),
];

describe("by hand", () => {
  test("the distance to the goal: last, summed and worst step, in three norms", async () => {
    expect(await costOf("goalDistance")).toEqual([16, 9]);
    expect(await costOf("goalDistance", { over: "sum" })).toEqual([20 + 16, 18 + 9]);
    expect(await costOf("goalDistance", { over: "max", norm: "L1" })).toEqual([6, 6]);
    expect(await costOf("goalDistance", { norm: "L2" })).toEqual([4, 3]);
  });

  test("a learned distance is asked for every step, from the state to the goal", async () => {
    expect(await costOf("learnedDistance")).toEqual([0, 3]);
    expect(await costOf("learnedDistance", { over: "sum" })).toEqual([2, 6]);
  });

  test("a probe's position, and a probe's number", async () => {
    // Latent (x, y) reads as (x + .5, 2x − y): (3, 0) as (3.5, 6), (0, 4) as (.5, −4).
    expect(await costOf("probedPosition")).toEqual([Math.hypot(3, 6), 4]);
    expect(await costOf("probedValue", { over: "sum" })).toEqual([1.5 + 3.5, 0.5 + 0.5]);
  });

  test("effort is of the actions, the same in every future", async () => {
    expect(await costOf("effort")).toEqual([29, 29]);
    expect(await costOf("effort", { norm: "L2" })).toEqual([7, 7]);
  });

  test("energies as the model gave them", async () => {
    expect(await costOf("energy")).toEqual([3, 8]);
    expect(await costOf("energy", { over: "max" })).toEqual([2, 5]);
  });

  test("novelty is the distance from the nearest known state, where that is largest", async () => {
    // From (0, 0) and (3, 1): (1, 0) is 1 away, (3, 0) 1; (0, 1) is 1 away, (0, 4) 4 from one and √18 from the other.
    expect(await costOf("novelty")).toEqual([1, 4]);
    expect(await costOf("novelty", { over: "sum", norm: "squaredL2" })).toEqual([2, 17]);
  });
});

describe.each(Object.entries<Pick<CostDefinition, "name" | "summary" | "needs">>(costs))("%s", (name, definition) => {
  test("is listed under its own name and gives one finite number for each path", async () => {
    expect(definition.name).toBe(name);
    expect(definition.summary).toMatch(/^[a-z].*[^.]$/);
    const values = await costOf(name);
    expect(values).toHaveLength(2);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  test("futures and candidates do not mix", async () => {
    const term = createCost(name, {}, material);
    const twice: LatentPaths = {
      ...paths,
      count: 2,
      states: Float32Array.of(9, 9, 9, 9, 9, 9, 9, 9, ...paths.states),
      energies: Float32Array.of(7, 7, 7, 7, ...paths.energies!),
    };
    const actions = Float32Array.of(1, 1, 1, 1, ...candidates.actions);
    expect([...(await term(twice, { ...candidates, count: 2, actions }))].slice(2)).toEqual(await costOf(name));
  });

  test("says what is missing", () => {
    for (const need of definition.needs) {
      const { [need]: _, ...rest } = material;
      expect(() => createCost(name, {}, rest)).toThrow(`${name}: "${need}" must be given`);
    }
  });
});

test("what does not fit is refused in words", async () => {
  expect(() => createCost("goalDistanc", {}, material)).toThrow(/Did you mean "goalDistance"/);
  expect(() => createCost("goalDistance", { over: "first" }, material)).toThrow(/one of last, sum, max/);
  const wide = createCost("goalDistance", {}, { goal: [1, 2, 3] });
  expect(() => wide(paths, candidates)).toThrow(ShapeError);
  const { energies: _, ...silent } = paths;
  expect(() => createCost("energy")(silent, candidates)).toThrow(/"energies" must be given with the paths/);
  const nowhere = createCost("novelty", {}, { knownStates: new Float32Array(0) });
  expect(() => nowhere(paths, candidates)).toThrow(ShapeError);
  expect(() => material.readout([1, 2, 3])).toThrow(/"latent" must have shape \[2\]/);
});
