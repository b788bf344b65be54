/** What every planner must do, whatever its search: the suite reads the catalogue. */
import { describe, expect, test } from "vitest";
import { DarkmatterError, ValueError } from "../compute/errors.js";
import { resolveOptions } from "../compute/options.js";
import { keyFor } from "../compute/random.js";
import type { ActionSpace, Candidates } from "./action-space.js";
import { allPlanners } from "./catalog.js";
import type { CostGradient, Planner, Search } from "./planner.js";

/** A point in the plane is pushed for six steps: [count, horizon, 2] positions. */
type Paths = Float64Array;

const GOAL = [2.5, -1.5] as const;
const space: ActionSpace = {
  ...{ actionDim: 2, numBlocks: 3, blockLength: 2, maxNorm: 1 },
  choices: [0, 1, 2, 3, 4, 5, 6, 7]
    .map((i) => [Math.cos((i * Math.PI) / 4), Math.sin((i * Math.PI) / 4)])
    .concat([[0, 0]]),
};

function push(from: readonly number[], { count, horizon, actions }: Candidates): Paths {
  const paths = new Float64Array(count * horizon * 2);
  for (let i = 0; i < count * horizon; i++) {
    for (const dim of [0, 1]) {
      const before = i % horizon === 0 ? from[dim]! : paths[2 * (i - 1) + dim]!;
      paths[2 * i + dim] = before + actions[2 * i + dim]!;
    }
  }
  return paths;
}

function endOf(paths: Paths, { horizon }: Candidates, i: number): readonly [number, number] {
  const last = 2 * ((i + 1) * horizon - 1);
  return [paths[last]!, paths[last + 1]!];
}

const distance = ([x, y]: readonly [number, number]) => (x - GOAL[0]) ** 2 + (y - GOAL[1]) ** 2;
const cost = (paths: Paths, candidates: Candidates) =>
  Float64Array.from({ length: candidates.count }, (_, i) => distance(endOf(paths, candidates, i)));

/** d cost / d action is 2 (end − goal) at every step. */
const gradient: CostGradient<readonly number[]> = async (state, candidates) => {
  const paths = push(state, candidates);
  const gradients = candidates.actions.map((_, at) => {
    const end = endOf(paths, candidates, Math.floor(at / (2 * candidates.horizon)));
    return 2 * (end[at % 2]! - GOAL[(at % 2) as 0 | 1]);
  });
  return { costs: cost(paths, candidates), gradients };
};

const search: Search<readonly number[], Paths> = {
  ...{ state: [0, 0], rollout: push, cost, gradient, space, key: keyFor(1, "plan") },
};

describe.each(Object.entries<Planner>(allPlanners))("%s", (name, planner) => {
  const config = resolveOptions(name, planner.options);
  const plan = (over: Partial<Search<readonly number[], Paths>> = {}) => planner.plan({ ...search, ...over }, config);

  test("is listed under its own name", () => {
    expect(planner.name).toBe(name);
    expect(planner.summary).toMatch(/^[A-Za-z].*[^.]$/);
  });

  test("gets near a goal that can be reached, and says what that costs", async () => {
    const found = await plan();
    // Doing nothing costs 8.5; chance, with 64 plans of random directions, is hardly below 1.
    expect(found.cost).toBeLessThan(planner.needs === "choices" ? 0.6 : 0.15);
    const steps = { count: 1, horizon: 6, actionDim: 2, actions: stepsOf(found.blocks) };
    expect(cost(push([0, 0], steps), steps)[0]).toBeCloseTo(found.cost, 5);
    expect(found.violation).toBe(0);
    expect(found.numRollouts).toBeGreaterThan(0);
  });

  test("the same key gives the same plan, another key another one", async () => {
    const [a, b, c] = [await plan(), await plan(), await plan({ key: keyFor(2, "plan") })];
    expect(a.blocks).toEqual(b.blocks);
    expect(a.blocks).not.toEqual(c.blocks);
  });

  test("no action is longer than allowed, though the goal is out of reach", async () => {
    const { blocks } = await plan({ state: [-50, 0] });
    for (let at = 0; at < blocks.length; at += 2) {
      expect(Math.hypot(blocks[at]!, blocks[at + 1]!)).toBeLessThanOrEqual(1 + 1e-6);
      expect(blocks[at]!).toBeGreaterThan(0.6); // and all of them lead there
    }
  });

  test("goes on from the plan before: never to a worse one", async () => {
    const before = await plan();
    const after = await plan({ start: before.blocks, key: keyFor(3, "plan") });
    expect(after.cost).toBeLessThanOrEqual(before.cost + (planner.needs === "gradient" ? 0.02 : 1e-9));
  });

  if (planner.needs !== "gradient") {
    test("keeps within a guardrail, and says so when it cannot", async () => {
      const below = (limit: number) => (paths: Paths, candidates: Candidates) =>
        Float64Array.from({ length: candidates.count }, (_, i) => endOf(paths, candidates, i)[0] - limit);
      const safe = await plan({ constraint: below(1) });
      expect(safe.violation).toBeLessThanOrEqual(0);
      expect(safe.cost).toBeGreaterThanOrEqual(1.5 ** 2 - 1e-6); // the nearest allowed place is 1.5 short
      expect(safe.cost).toBeLessThan(planner.needs === "choices" ? 5 : 4); // listed actions end at 3.65 at best
      const impossible = await plan({ constraint: below(-100) });
      expect(impossible.violation).toBeGreaterThan(0);
    });
  }

  test("costs that are not numbers are an error in words, some of them are only bad plans", async () => {
    const broken = (paths: Paths, candidates: Candidates) => cost(paths, candidates).fill(Number.NaN);
    const noGradient = async (_state: unknown, { actions }: Candidates) => ({
      costs: new Float64Array(1),
      gradients: actions.map(() => Number.NaN),
    });
    await expect(plan({ cost: broken, gradient: noGradient })).rejects.toThrow(DarkmatterError);
    if (planner.needs === "gradient") return;
    const half = (paths: Paths, candidates: Candidates) =>
      cost(paths, candidates).map((c, i) => (i % 2 ? Number.NaN : c));
    expect((await plan({ cost: half })).cost).toBeLessThan(2);
  });

  test("a space with nothing in it is refused", async () => {
    await expect(plan({ space: { ...space, numBlocks: 0 } })).rejects.toThrow(/"numBlocks" must be a whole number/);
    await expect(plan({ space: { ...space, maxNorm: 0 } })).rejects.toThrow(/"maxNorm" must be above 0/);
  });

  if (planner.needs === "choices") {
    test("takes only actions that are listed", async () => {
      const { blocks } = await plan();
      const actions = [0, 2, 4].map((at) => [...blocks.subarray(at, at + 2)]);
      const listed = space.choices!.map((choice) => [...Float32Array.from(choice)]);
      for (const action of actions) expect(listed).toContainEqual(action);
      const { choices: _, ...continuous } = space;
      await expect(plan({ space: continuous })).rejects.toThrow(ValueError);
    });
  }

  if (planner.needs === "gradient") {
    test("without a gradient it says who can do without", async () => {
      const { gradient: _, ...blind } = search;
      await expect(planner.plan(blind, config)).rejects.toThrow(/cem, icem or mppi/);
    });
  }
});

/** Blocks of three actions, each for two steps. */
function stepsOf(blocks: Float32Array): Float32Array {
  return Float32Array.from({ length: 12 }, (_, at) => blocks[2 * Math.floor(at / 4) + (at % 2)]!);
}
