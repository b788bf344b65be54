import { describe, expect, test } from "vitest";
import { resolveOptions } from "../../compute/options.js";
import { keyFor } from "../../compute/random.js";
import type { ActionSpace, Candidates } from "../action-space.js";
import { cem } from "../cem.js";
import { gradientDescent } from "../gradient-descent.js";
import type { CostGradient, Search } from "../planner.js";
import { type LagrangianRound, lagrangian, lagrangianOptions } from "./lagrangian.js";

/** A place on a line is chosen: it should be 3, and must not be above 1. */
const space: ActionSpace = { actionDim: 1, numBlocks: 1, blockLength: 1, maxNorm: 10 };
const each = (of: (x: number) => number) => (actions: Float32Array, _: Candidates) => Float64Array.from(actions, of);
const cost = each((x) => (x - 3) ** 2);
const constraint = each((x) => x - 1);
const slopeOf =
  (value: (x: number) => number, slope: (x: number) => number): CostGradient<number> =>
  async (_state, { actions }) => ({ costs: Float64Array.from(actions, value), gradients: actions.map(slope) });
const search: Search<number, Float32Array> = {
  ...{ state: 0, rollout: (_state, { actions }) => actions, cost, constraint, space, key: keyFor(1) },
  gradient: slopeOf(
    (x) => (x - 3) ** 2,
    (x) => 2 * (x - 3),
  ),
  constraintGradient: slopeOf(
    (x) => x - 1,
    () => 1,
  ),
};
const config = resolveOptions("lagrangian", lagrangianOptions);

describe("the price of a guardrail", () => {
  test("rises until the plan is safe: λ above 4, the slope of the cost at the limit", async () => {
    const rounds: LagrangianRound[] = [];
    const planner = lagrangian(cem, config, (round) => rounds.push(round));
    const plan = await planner.plan(
      search,
      resolveOptions("cem", cem.options, { std: 3, minStd: 1e-3, numIterations: 8 }),
    );
    expect(plan.violation).toBeLessThanOrEqual(0);
    expect(plan.blocks[0]).toBeGreaterThan(0.95);
    expect(plan.cost).toBeCloseTo((plan.blocks[0]! - 3) ** 2, 6); // without the price
    // λ = 1: least of (x − 3)² + (x − 1) at 2.5; then 2 · 1 + 1.5 = 3.5, least at 1.25; then 7.25, at the limit less slack.
    const multipliers = rounds.map(({ multiplier }) => multiplier);
    expect(multipliers[0]).toBe(1);
    expect(multipliers[1]).toBeCloseTo(3.5, 1);
    expect(multipliers[2]).toBeCloseTo(7.25, 1);
    const places = rounds.map((round) => round.plan.blocks[0]);
    expect(places).toEqual([2.5, 1.25, 1].map((place) => expect.closeTo(place, 1)));
    expect(plan.numRollouts).toBe(rounds.length * (8 * 64 + 1));
  });

  test("planners by gradient follow the guardrail's slope, with which rejection alone does not help them", async () => {
    const options = resolveOptions("gradientDescent", gradientDescent.options, { numStarts: 1, numIterations: 200 });
    expect((await gradientDescent.plan(search, options)).violation).toBeGreaterThan(1.5);
    const plan = await lagrangian(gradientDescent, { ...config, numRounds: 10 }).plan(search, options);
    expect(plan.violation).toBeLessThan(0.02); // Adam's steps swing around the kink
    expect(plan.blocks[0]).toBeGreaterThan(0.8);
  });

  test("where nothing is safe the least unsafe plan comes back, and says so", async () => {
    const impossible = { ...search, constraint: each((x) => 20 - x) };
    const plan = await lagrangian(cem, config).plan(impossible, resolveOptions("cem", cem.options));
    expect(plan.violation).toBeGreaterThanOrEqual(10);
    expect(plan.violation).toBeLessThan(10.5); // the norm ball ends at 10
  });

  test("the same key gives the same plan; a safe first plan costs one round", async () => {
    const options = resolveOptions("cem", cem.options, { std: 3 });
    const plan = () => lagrangian(cem, config).plan(search, options);
    expect(await plan()).toEqual(await plan());
    const free = await lagrangian(cem, config).plan({ ...search, constraint: each(() => -1) }, options);
    expect(free.numRollouts).toBe(4 * 64 + 1);
    expect(free.blocks[0]).toBeCloseTo(3, 1);
  });

  test("says what is missing", async () => {
    const { constraint: _, constraintGradient: __, ...free } = search;
    const options = resolveOptions("gradientDescent", gradientDescent.options);
    await expect(lagrangian(gradientDescent, config).plan(free, options)).rejects.toThrow(/"constraint" must be given/);
    await expect(lagrangian(gradientDescent, config).plan({ ...free, constraint }, options)).rejects.toThrow(
      /lagrangian gradientDescent: "constraintGradient" must be given/,
    );
  });
});
