import { describe, expect, test } from "vitest";
import { resolveOptions } from "../compute/options.js";
import { keyFor, Random } from "../compute/random.js";
import { createWorld, type GoalWorld, isSolved, type TrueCost } from "../environments/index.js";
import { cem, cemOptions } from "./cem.js";
import type { Plan } from "./planner.js";
import { type Agent, pursue } from "./receding-horizon.js";
import { costOfStates, type StatePaths, simulator } from "./simulator.js";

interface Dot {
  readonly x: number;
  readonly y: number;
}
const evaluated = createWorld("twoRooms", { layouts: "all", dynamics: "evaluation" }) as GoalWorld<Dot>;
const imagined = createWorld("twoRooms", { layouts: "all", dynamics: "training" }) as GoalWorld<Dot>;

/** The planner that an independent port found enough with a geodesic cost: 32 candidates, 2 iterations, horizon 5. */
function planningWith(cost: TrueCost<Dot>): Agent<Dot> {
  const config = resolveOptions("cem", cemOptions, { numSamples: 32, numIterations: 2, numElites: 6, std: 1.5 });
  const space = { actionDim: 2, numBlocks: 1, blockLength: 5, maxNorm: evaluated.maxActionNorm };
  return {
    space,
    decide: ({ history, goal, key, start }) =>
      cem.plan(
        {
          state: history.states.at(-1)!,
          rollout: simulator(imagined, key),
          cost: costOfStates(cost, goal, "last"),
          ...{ space, key },
          ...(start && { start }),
        },
        config,
      ),
  };
}

async function solvedOf(cost: TrueCost<Dot>, n: number): Promise<number> {
  let solved = 0;
  for (let i = 0; i < n; i++) {
    const task = evaluated.drawTask(new Random(keyFor(2, "task", i)));
    const episode = await pursue(evaluated, task, planningWith(cost), { key: keyFor(2, "act", i) });
    if (isSolved(evaluated.successRules.final!, episode, task.goal)) solved++;
  }
  return solved / n;
}

test("in the true world a tiny search finds every goal, if its cost knows the way round the wall", async () => {
  expect(await solvedOf(evaluated.costs.geodesic, 20)).toBe(1);
});

test("and the straight distance leaves it at the wall", async () => {
  expect(await solvedOf(evaluated.costs.euclidean, 20)).toBeLessThan(0.8);
});

test("the last state alone, or all of them", () => {
  const paths: StatePaths<number> = [
    [3, 1],
    [0, 2],
  ];
  const candidates = { count: 2, horizon: 2, actionDim: 1, actions: new Float32Array(4) };
  const gap: TrueCost<number> = (state, goal) => Math.abs(state - goal);
  expect(costOfStates<number>(gap, 1, "last")(paths, candidates)).toEqual(Float64Array.of(0, 1));
  expect(costOfStates<number>(gap, 1, "sum")(paths, candidates)).toEqual(Float64Array.of(2, 2));
});

describe("acting", () => {
  const task = evaluated.drawTask(new Random(keyFor(3)));
  const saying = (violation: number): Agent<Dot> => ({
    space: { actionDim: 2, numBlocks: 3, blockLength: 4, maxNorm: 2 },
    decide: async ({ start }): Promise<Plan> => ({
      blocks: start ?? Float32Array.of(0.1, 0, 0.2, 0, 0.3, 0),
      ...{ cost: 1, numRollouts: 1, violation },
    }),
  });

  test("carries out blocks, then asks again with what is left of the plan", async () => {
    const { actions, states } = await pursue(evaluated, task, saying(0), { key: keyFor(1), blocksPerPlan: 2 });
    const xs = actions.map(([x]) => Number(x!.toFixed(2)));
    expect(xs.slice(0, 12)).toEqual([0.1, 0.1, 0.1, 0.1, 0.2, 0.2, 0.2, 0.2, 0.3, 0.3, 0.3, 0.3]);
    expect(actions).toHaveLength(200);
    expect(states).toHaveLength(201);
  });

  test("stops where no plan is safe, and says by how much; or goes on if told to", async () => {
    const stopped = await pursue(evaluated, task, saying(0.7), { key: keyFor(1) });
    expect(stopped).toMatchObject({
      stopped: { step: 0, reason: "unsafe", violation: 0.7 },
      actions: [],
      states: [task.start],
    });
    const went = await pursue(evaluated, task, saying(0.7), { key: keyFor(1), whenUnsafe: "go" });
    expect(went.stopped).toBeUndefined();
    expect(went.actions).toHaveLength(200);
  });

  test("stops where it gets no further, if told when", async () => {
    const costs = [5, 4, 3.9, 3.95, 3.85, 1];
    let numPlans = 0;
    const agent: Agent<Dot> = {
      ...saying(0),
      decide: async () => ({
        blocks: new Float32Array(6),
        cost: costs[numPlans++] ?? 1,
        numRollouts: 1,
        violation: -2,
      }),
    };
    const stall = { numPlans: 3, minGain: 0.5 };
    const { stopped, actions } = await pursue(evaluated, task, agent, { key: keyFor(1), stall });
    expect(stopped).toEqual({ step: 16, reason: "stalled", violation: -2 }); // 3.9, 3.95 and 3.85 gain too little on 4
    expect(actions).toHaveLength(16);
  });

  test("cannot carry out more than was planned", async () => {
    const options = { key: keyFor(1), blocksPerPlan: 4 };
    await expect(pursue(evaluated, task, saying(0), options)).rejects.toThrow(
      /"blocksPerPlan" must be from 1 to the 3/,
    );
  });
});
