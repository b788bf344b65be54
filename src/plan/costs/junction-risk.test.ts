/** Why several futures matter: a danger on one branch, at a junction where the turn is left to chance. */
import { expect, test } from "vitest";
import { resolveOptions } from "../../compute/options.js";
import { keyFor, Random } from "../../compute/random.js";
import { type BranchingWorld, createWorld } from "../../environments/index.js";
import type { ActionSpace, Candidates } from "../action-space.js";
import { categoricalCem } from "../categorical-cem.js";
import { hazardDepth, hazardTerm } from "../guardrails/hazard.js";
import type { Rollout } from "../planner.js";
import { trueFutures } from "../true-futures.js";
import { createCost, createRisk } from "./catalog.js";
import { composeCosts } from "./compose.js";
import type { LatentPaths } from "./latent-paths.js";
import type { RiskMeasure } from "./risk.js";

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly junctionX: number;
  readonly junctionY: number;
  readonly rightProbability: number;
}
const world = createWorld("junction", { corridorShare: 0, rightProbability: 0.2 }) as BranchingWorld<Dot>;
const space: ActionSpace = {
  ...{ actionDim: 1, numBlocks: 2, blockLength: 15, maxNorm: 1 },
  choices: [[-1], [0], [1]],
};
const place = ({ x, y }: Dot) => [x, y] as const;
const plural = trueFutures(world, place);

/** A perfect model of one future: the mean of them all. */
const blurred: Rollout<Dot, LatentPaths> = async (state, candidates) => {
  const { chances, ...paths } = await plural(state, candidates);
  const { count, numFutures, horizon, dim } = paths;
  const states = new Float32Array(count * horizon * dim);
  for (let at = 0; at < paths.states.length; at++) {
    const future = Math.floor(at / (horizon * dim));
    const candidate = Math.floor(future / numFutures);
    states[candidate * horizon * dim + (at % (horizon * dim))]! += chances![future]! * paths.states[at]!;
  }
  return { ...paths, numFutures: 1, states };
};

/** Share of roads whose plan, carried out, would enter the danger in some possible future. */
async function dangerShare(rollout: Rollout<Dot, LatentPaths>, risk: RiskMeasure): Promise<number> {
  let numDangerous = 0;
  const numRoads = 6;
  for (let i = 0; i < numRoads; i++) {
    const start = world.reset(new Random(keyFor(7, i)));
    const hazards = [{ x: start.junctionX + 8, y: start.junctionY, radius: 2 }];
    const term = hazardTerm({ hazards, from: [start.x, start.y] }, (latent) => latent);
    const isInside = async (paths: LatentPaths, candidates: Candidates) =>
      (await term(paths, candidates)).map((depth) => Number(depth > 0));
    const { cost } = composeCosts(
      { danger: { cost: isInside, weight: 10 }, effort: { cost: createCost("effort"), weight: 0.2 } },
      risk,
    );
    const config = resolveOptions("categoricalCem", categoricalCem.options, { numSamples: 40, numIterations: 1 });
    const search = { state: start, rollout, cost, space, key: keyFor(7, "plan", i) };
    const { blocks } = await categoricalCem.plan(search, config);
    const actions = Array.from({ length: 30 }, (_, t) => [blocks[Math.floor(t / 15)]!]);
    const ways = world.futures(start, actions).map(({ states }) => states.map(place));
    if (ways.some((way) => hazardDepth(way, hazards) > 0)) numDangerous++;
  }
  return numDangerous / numRoads;
}

test("the mean of two futures sees no danger on either branch; the worst of them does", async () => {
  expect(await dangerShare(blurred, createRisk("max"))).toBe(1);
  expect(await dangerShare(plural, createRisk("max"))).toBe(0);
});

test("what the mean risks, the tail does not: .2 · 10 is less than the effort of steering for 15 steps, 3", async () => {
  expect(await dangerShare(plural, createRisk("mean"))).toBe(1);
  expect(await dangerShare(plural, createRisk("cvar", { tailShare: 0.2 }))).toBe(0);
});

test("futures of candidates that have fewer than others count once", async () => {
  const start = world.reset(new Random(keyFor(7, 0)));
  const actions = new Float32Array(60).fill(1, 30); // the first is not steered, the second is
  const paths = await plural(start, { count: 2, horizon: 30, actionDim: 1, actions });
  expect(paths.numFutures).toBe(2);
  expect([...paths.chances!]).toEqual([0.8, expect.closeTo(0.2, 12), 1, 0]);
});
