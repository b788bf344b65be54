import { describe, expect, test } from "vitest";
import { resolveOptions } from "../../compute/options.js";
import { keyFor, Random } from "../../compute/random.js";
import type { ActionSpace, Candidates } from "../action-space.js";
import { cem } from "../cem.js";
import type { Rollout } from "../planner.js";
import { createCost, createRisk } from "./catalog.js";
import { avoid, composeCosts, explainPlan } from "./compose.js";
import type { CostTerm } from "./cost-definition.js";
import type { LatentPaths } from "./latent-paths.js";

/** Two candidates with three futures each; what they cost is handed in. */
const paths: LatentPaths = {
  ...{ count: 2, numFutures: 3, horizon: 1, dim: 1 },
  states: new Float32Array(6),
  chances: Float64Array.of(0.5, 0.3, 0.2, 0.9, 0.1, 0),
};
const candidates: Candidates = { count: 2, horizon: 1, actionDim: 1, actions: new Float32Array(2) };
const costing =
  (...values: number[]): CostTerm =>
  () =>
    Float64Array.from(values);
const total = async (risk: string, options: Record<string, number>, ...values: number[]) => {
  const { cost } = composeCosts({ only: { cost: costing(...values) } }, createRisk(risk, options));
  return [...(await cost(paths, candidates))];
};
const near = (values: number[]) => values.map((value) => expect.closeTo(value, 12));

describe("risk", () => {
  const values = [1, 2, 10, 4, 6, 100] as const;

  test("the mean is weighted by chances, the worst case asks only whether something is possible", async () => {
    expect(await total("mean", {}, ...values)).toEqual(near([0.5 + 0.6 + 2, 3.6 + 0.6]));
    expect(await total("max", {}, ...values)).toEqual([10, 6]);
  });

  test("CVaR is the mean of the worst share, exactly: a future across the border counts in part", async () => {
    // The worst 40 %: all of the third future (.2 at 10), and .2 of the second (at 2).
    expect(await total("cvar", { tailShare: 0.4 }, ...values)).toEqual(
      near([(0.2 * 10 + 0.2 * 2) / 0.4, (0.6 + 1.2) / 0.4]),
    );
    expect(await total("cvar", { tailShare: 1 }, ...values)).toEqual(near(await total("mean", {}, ...values)));
    expect(await total("cvar", { tailShare: 0.1 }, ...values)).toEqual(near([10, 6]));
  });

  test("CVaR agrees with Rockafellar and Uryasev's formula, min over t of t + E max(0, cost − t) / α", async () => {
    const random = new Random(keyFor(4));
    for (let trial = 0; trial < 50; trial++) {
      const costs = Array.from({ length: 6 }, () => random.normal());
      const alpha = random.uniform(0.05, 1);
      const formula = [0, 1].map((i) => {
        const [own, chances] = [costs.slice(3 * i, 3 * i + 3), paths.chances!.slice(3 * i, 3 * i + 3)];
        const at = (t: number) => t + own.reduce((sum, c, k) => sum + chances[k]! * Math.max(0, c - t), 0) / alpha;
        return Math.min(...own.map(at)); // piecewise linear: the least value is at one of the costs
      });
      const found = await total("cvar", { tailShare: alpha }, ...costs);
      for (const i of [0, 1]) expect(found[i]).toBeCloseTo(formula[i]!, 10);
    }
  });

  test("what is impossible may cost anything, what is possible must be a number", async () => {
    for (const risk of ["mean", "max", "cvar"]) {
      const [first, second] = await total(risk, {}, 1, Number.NaN, 1, 4, 4, Number.NaN);
      expect(first).toBeNaN();
      expect(second).toBeCloseTo(4, 12);
      expect((await total(risk, {}, 1, 1, Number.POSITIVE_INFINITY, 4, 4, Number.POSITIVE_INFINITY))[0]).toBe(
        Number.POSITIVE_INFINITY,
      );
    }
  });

  test("without chances all futures are alike", async () => {
    const { chances: _, ...unknown } = paths;
    const { cost } = composeCosts({ only: { cost: costing(1, 2, 6, 0, 0, 9) } });
    expect([...(await cost(unknown, candidates))]).toEqual(near([3, 3]));
  });

  test("chances that are none are refused", async () => {
    const { cost } = composeCosts({ only: { cost: costing(...values) } });
    const odd = { ...paths, chances: Float64Array.of(0.5, 0.5, 0.5, 1, 0, 0) };
    await expect(cost(odd, candidates)).rejects.toThrow(/"chances" must be at least 0 and sum to 1/);
  });
});

describe("sums of costs", () => {
  const terms = { goal: { cost: costing(1, 2, 3, 4, 5, 6), weight: 2 }, effort: { cost: costing(9, 3, 0, 1, 1, 1) } };

  test("contributions add up to the cost, under any risk", async () => {
    for (const [risk, options] of [
      ["mean", {}],
      ["max", {}],
      ["cvar", { tailShare: 0.35 }],
    ] as const) {
      const composed = composeCosts(terms, createRisk(risk, options));
      const costs = await composed.cost(paths, candidates);
      for (const i of [0, 1]) {
        const { goal, effort } = await composed.contributions(paths, candidates, i);
        expect(goal! + effort!).toBeCloseTo(costs[i]!, 12);
      }
    }
  });

  test("under the worst case they are those of the worst future of the sum, not of each term", async () => {
    // 2 · goal + effort is 11, 7, 6: the first future is the worst, though its goal term is the least.
    const composed = composeCosts(terms, createRisk("max"));
    expect(await composed.contributions(paths, candidates)).toEqual({ goal: 2, effort: 9 });
  });

  test("avoiding is the opposite of seeking; a weight of 0 is as if a term were not there", async () => {
    const fled = composeCosts({
      goal: { cost: avoid(costing(1, 1, 1, 2, 2, 2)) },
      broken: { cost: costing(...new Array(6).fill(Number.POSITIVE_INFINITY)), weight: 0 },
    });
    expect([...(await fled.cost(paths, candidates))]).toEqual(near([-1, -2]));
  });

  test("what cannot be added is refused", async () => {
    expect(() => composeCosts({})).toThrow(/at least one cost/);
    expect(() => composeCosts({ goal: { cost: costing(1), weight: Number.NaN } })).toThrow(
      /"goal.weight" must be a finite/,
    );
    await expect(composeCosts({ goal: { cost: costing(1) } }).cost(paths, candidates)).rejects.toThrow(
      /"goal" must be 6 costs, one for each path, got 1/,
    );
  });
});

test("a planner weighs the goal against effort as the sum says, and the plan is explained", async () => {
  const space: ActionSpace = { actionDim: 1, numBlocks: 1, blockLength: 1, maxNorm: 10 };
  const rollout: Rollout<number, LatentPaths> = (state, { count, actions }) => ({
    ...{ count, numFutures: 1, horizon: 1, dim: 1, states: actions.map((action) => state + action) },
  });
  const composed = composeCosts({
    goal: { cost: createCost("goalDistance", {}, { goal: [6] }) },
    effort: { cost: createCost("effort"), weight: 2 },
  });
  const search = { state: 0, rollout, cost: composed.cost, space, key: keyFor(1) };
  const plan = await cem.plan(search, resolveOptions("cem", cem.options, { std: 4, minStd: 1e-3, numIterations: 12 }));
  // (6 − a)² + 2 a² is least at a = 2, where it is 16 + 8.
  expect(plan.blocks[0]).toBeCloseTo(2, 1);
  const { goal, effort } = await explainPlan(plan, search, composed);
  expect(goal).toBeCloseTo(16, 0);
  expect(effort).toBeCloseTo(8, 0);
  expect(goal! + effort!).toBeCloseTo(plan.cost, 4);
});
