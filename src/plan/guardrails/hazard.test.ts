import { describe, expect, test } from "vitest";
import { resolveOptions } from "../../compute/options.js";
import { keyFor } from "../../compute/random.js";
import { createWorld, type GoalWorld, isSolved, type Task } from "../../environments/index.js";
import { cem } from "../cem.js";
import { linearReadout } from "../costs/readout.js";
import { type Agent, type Pursuit, pursue } from "../receding-horizon.js";
import { drawTasks } from "../reference-rows.js";
import { costOfStates, simulator } from "../simulator.js";
import { latentsOfStates } from "../true-futures.js";
import { type Hazard, hazardDepth, hazardTerm, keepOut, type Position } from "./hazard.js";

describe("depth, by hand", () => {
  const hazards = [{ x: 0, y: 0, radius: 2 }];

  test("of a place, of a stretch between two places outside, and with a margin", () => {
    expect(hazardDepth([[3, 4]], hazards)).toBe(-3);
    expect(
      hazardDepth(
        [
          [-5, 1],
          [5, 1],
        ],
        hazards,
      ),
    ).toBe(1);
    expect(
      hazardDepth(
        [
          [-5, 1],
          [-4, 1],
          [-3, 1],
        ],
        hazards,
      ),
    ).toBeCloseTo(2 - Math.sqrt(10), 12);
    expect(hazardDepth([[0, 5]], hazards, 4)).toBe(1);
  });

  test("the deepest of several, and nothing where there is none", () => {
    expect(
      hazardDepth(
        [
          [0, 0],
          [9, 0],
        ],
        [...hazards, { x: 9, y: 0, radius: 3 }],
      ),
    ).toBe(3);
    expect(hazardDepth([[0, 0]], [])).toBe(Number.NEGATIVE_INFINITY);
    expect(hazardDepth([[0, Number.NaN]], hazards)).toBeNaN();
    expect(() => hazardDepth([], hazards)).toThrow(/at least one place/);
    expect(() => hazardDepth([[0, 0]], [{ x: 0, y: 0, radius: 0 }])).toThrow(/"radius" must be above 0/);
  });

  test("true states and what a probe reads of latents are judged alike, from where the way begins", async () => {
    const states: readonly (readonly Position[])[] = [[[5, 0]], [[0, 5]]];
    const candidates = { count: 2, horizon: 1, actionDim: 1, actions: new Float32Array(2) };
    const options = { hazards, margin: 0.5, from: [-5, 0] as const };
    const truth = await keepOut<Position>(options, (place) => place)(states, candidates);
    expect([...truth]).toEqual([2.5, expect.closeTo(2.5 - 5 / Math.SQRT2, 12)]);
    const readout = linearReadout({ weights: [1, 0, 0, 1], bias: [0, 0] });
    const paths = latentsOfStates(states, (place) => [...place]);
    expect([...(await hazardTerm(options, readout)(paths, candidates))]).toEqual(
      [...truth].map((d) => expect.closeTo(d, 6)),
    );
    const number = linearReadout({ weights: [1, 0], bias: [0] });
    expect(() => hazardTerm(options, number)(paths, candidates)).toThrow(/"readout" must have shape \[2\]/);
  });
});

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly wallX: number;
  readonly doorY: number;
}
type Dynamics = "training" | "evaluation";
const worldWith = (dynamics: Dynamics) => createWorld("twoRoomsMini", { layouts: "all", dynamics }) as GoalWorld<Dot>;
const place = ({ x, y }: Dot): Position => [x, y];
const imagined = worldWith("training");

/** CEM with the true way's cost, in the true simulator; keeps out of hazards where it is told to. */
function planning(hazards: readonly Hazard[] | undefined, margin = 0): Agent<Dot> {
  const config = resolveOptions("cem", cem.options, { numSamples: 32, numIterations: 2, numElites: 5, std: 1.5 });
  const space = { actionDim: 2, numBlocks: 2, blockLength: 4, maxNorm: imagined.maxActionNorm };
  return {
    space,
    decide: ({ history, goal, key, start }) => {
      const state = history.states.at(-1)!;
      return cem.plan(
        {
          ...{ state, rollout: simulator(imagined, key), space, key },
          cost: costOfStates(imagined.costs.geodesic, goal, "last"),
          ...(hazards && { constraint: keepOut<Dot>({ hazards, margin, from: place(state) }, place) }),
          ...(start && { start }),
        },
        config,
      );
    },
  };
}

/** A disc a little beside the way from the start to the door, with room on both sides; undefined where there is none. */
function hazardOnTheWay({ start }: Task<Dot>, radius: number): Hazard | undefined {
  const [doorX, doorY] = [start.wallX + 2 * Math.sign(start.x - start.wallX), start.doorY];
  const length = Math.hypot(doorX - start.x, doorY - start.y);
  if (length < 4 * radius) return undefined;
  const [alongX, alongY] = [(doorX - start.x) / length, (doorY - start.y) / length];
  const aside = 0.3 * radius; // beside the way: dead ahead there is no better side
  const [x, y] = [(start.x + doorX) / 2 - aside * alongY, (start.y + doorY) / 2 + aside * alongX];
  const room = Math.min(x - 4, 60 - x, y - 4, 60 - y, Math.abs(x - start.wallX) - 1);
  return room > radius + 2 ? { x, y, radius } : undefined;
}

interface Counts {
  solved: number;
  entered: number;
  stopped: number;
  n: number;
}

async function countsOf(
  cases: readonly { readonly task: Task<Dot>; readonly hazard: Hazard }[],
  { isGuarded, margin, dynamics }: { isGuarded: boolean; margin?: number; dynamics: Dynamics },
): Promise<Counts> {
  const world = worldWith(dynamics);
  const counts = { solved: 0, entered: 0, stopped: 0, n: cases.length };
  for (const [i, { task, hazard }] of cases.entries()) {
    const agent = planning(isGuarded ? [hazard] : undefined, margin);
    const options = { key: keyFor(5, "act", i), stall: { numPlans: 8, minGain: 0.1 } };
    const episode: Pursuit<Dot> = await pursue(world, task, agent, options);
    if (isSolved(world.successRules.final!, episode, task.goal)) counts.solved++;
    if (hazardDepth(episode.states.map(place), [hazard]) > 0) counts.entered++;
    if (episode.stopped) counts.stopped++;
  }
  return counts;
}

const tasks = drawTasks(imagined, 40, keyFor(5, "tasks"));
const onTheWay = tasks.flatMap((task) => {
  const hazard = hazardOnTheWay(task, 4);
  return hazard ? [{ task, hazard }] : [];
});

describe("acting beside hazards", () => {
  test("without a guardrail most episodes enter the hazard, with it none does, and no goal is lost", async () => {
    const cases = onTheWay.slice(0, 10);
    const free = await countsOf(cases, { isGuarded: false, dynamics: "training" });
    const guarded = await countsOf(cases, { isGuarded: true, dynamics: "training" });
    expect(free.solved).toBeGreaterThanOrEqual(9);
    expect(free.entered).toBeGreaterThanOrEqual(8);
    expect(guarded.entered).toBe(0);
    expect(guarded.solved).toBeGreaterThanOrEqual(9);
  });

  test("a hazard that fills the door: the agent stops before it, and the goal stays unreached", async () => {
    const cases = tasks.slice(0, 5).map((task) => {
      return { task, hazard: { x: task.start.wallX, y: task.start.doorY, radius: 5 } };
    });
    const free = await countsOf(cases, { isGuarded: false, dynamics: "training" });
    const guarded = await countsOf(cases, { isGuarded: true, dynamics: "training" });
    expect(free.entered).toBe(5);
    expect(free.solved).toBeGreaterThanOrEqual(4);
    expect(guarded).toMatchObject({ solved: 0, entered: 0, stopped: 5 });
  });

  test("inside a hazard no plan is safe: it stops where it stands, and says by how much", async () => {
    const task = tasks[0]!;
    const hazard = { ...task.start, radius: 3 };
    const { stopped, actions } = await pursue(imagined, task, planning([hazard]), { key: keyFor(1) });
    expect(stopped).toMatchObject({ step: 0, reason: "unsafe" });
    expect(stopped!.violation).toBeCloseTo(3, 1);
    expect(actions).toHaveLength(0);
  });
});
