/** The rows beside every planner: what no skill, little skill and full knowledge of a world reach. */
import { DarkmatterError, ValueError } from "../compute/errors.js";
import { resolveOptions } from "../compute/options.js";
import { childKey, type Key, Random } from "../compute/random.js";
import {
  type Episode,
  type GoalWorld,
  isSolved,
  type Policy,
  runPolicy,
  type Task,
  type World,
} from "../environments/index.js";
import type { ActionSpace } from "./action-space.js";
import { cem } from "./cem.js";
import { type Agent, type PursuitOptions, pursue } from "./receding-horizon.js";
import { costOfStates, simulator } from "./simulator.js";

/** How one way of acting did. Counts, not shares: who prints them adds the interval. */
export interface ReferenceRow {
  readonly name: string;
  readonly numTasks: number;
  /** Tasks solved, by each of the world's rules. */
  readonly solved: Readonly<Record<string, number>>;
  /** Of those, how often it stopped before its steps were used up. */
  readonly numStopped: number;
  /** Median milliseconds of one planning; absent for who does not plan. */
  readonly planningMs?: number;
}

/** Search in the true simulator: enough for any task of two rooms, with a cost that knows the way. */
const SEARCH = { numSamples: 64, numIterations: 4, numElites: 8 } as const;
const BLOCK_LENGTH = 5;

export interface ReferenceOptions<S> {
  readonly numTasks: number;
  readonly key: Key;
  /** What the planner searches with CEM; default: one block of five steps, as long as the world says is worth it. */
  readonly space?: ActionSpace;
  /** Options of CEM; default 64 samples, 4 iterations, 8 elites, deviation .6 of the longest action. */
  readonly search?: Readonly<Record<string, number>>;
  /** Which steps the true cost is asked about; default the last. */
  readonly over?: "last" | "sum";
  /** The simulator in which the planner looks ahead, where it is not the world that it acts in. */
  readonly imagined?: World<S>;
  readonly blocksPerPlan?: number;
}

/**
 * Zero action, random, straight line and the scripted solution, then CEM in the true simulator with the world's two costs.
 * All rows have the same tasks; tasks whose start already is a solution are drawn again. The same key gives the same rows,
 * but for the milliseconds.
 * @throws ValueError without tasks; DarkmatterError if all that the world draws is solved from the start
 */
export async function referenceRows<S>(world: GoalWorld<S>, options: ReferenceOptions<S>): Promise<ReferenceRow[]> {
  const { numTasks, key, blocksPerPlan } = options;
  const tasks = drawTasks(world, numTasks, childKey(key, "tasks"));
  const rows: ReferenceRow[] = [];
  for (const [name, policy] of Object.entries<Policy<S>>(world.policies)) {
    rows.push(measurePolicy(name, world, policy, tasks, childKey(key, name)));
  }
  for (const cost of ["euclidean", "geodesic"] as const) {
    const agent = planningBy(world, cost, options);
    const pursuit = { key: childKey(key, cost), ...(blocksPerPlan && { blocksPerPlan }) };
    rows.push(await measureAgent(`simulator, ${cost}`, world, agent, tasks, pursuit));
  }
  return rows;
}

/** Tasks that are not solved before anybody moves. */
export function drawTasks<S>(world: GoalWorld<S>, numTasks: number, key: Key): readonly Task<S>[] {
  if (!(Number.isInteger(numTasks) && numTasks >= 1)) {
    throw new ValueError("drawTasks", "numTasks", "a whole number, at least 1", numTasks);
  }
  return Array.from({ length: numTasks }, (_, i) => {
    const random = new Random(childKey(key, i));
    for (let attempt = 0; attempt < MOST_DRAWS; attempt++) {
      const task = world.drawTask(random);
      const isOpen = Object.values(world.successRules).every((rule) => !rule.isMet(task.start, task.goal));
      if (isOpen) return task;
    }
    throw new DarkmatterError(`drawTasks: ${MOST_DRAWS} tasks in a row were solved where they start.`);
  });
}

const MOST_DRAWS = 1000;

/** A policy that knows the true state, on these tasks. */
export function measurePolicy<S>(
  name: string,
  world: GoalWorld<S>,
  policy: Policy<S>,
  tasks: readonly Task<S>[],
  key: Key,
): ReferenceRow {
  const episodes = tasks.map((task, i) => runPolicy(world, policy, task, new Random(childKey(key, i))));
  return { name, ...countsOf(world, tasks, episodes), numStopped: 0 };
}

/** Somebody who plans, on these tasks: the simulator here, a learned model by the same measure. */
export async function measureAgent<S>(
  name: string,
  world: GoalWorld<S>,
  agent: Agent<S>,
  tasks: readonly Task<S>[],
  { key, ...options }: PursuitOptions,
): Promise<ReferenceRow> {
  const episodes = [];
  for (const [i, task] of tasks.entries()) {
    episodes.push(await pursue(world, task, agent, { ...options, key: childKey(key, i) }));
  }
  const numStopped = episodes.filter(({ stopped }) => stopped !== undefined).length;
  const planningMs = medianOf(episodes.flatMap(({ planningMs }) => planningMs));
  return { name, ...countsOf(world, tasks, episodes), numStopped, planningMs };
}

function countsOf<S>(
  { successRules }: GoalWorld<S>,
  tasks: readonly Task<S>[],
  episodes: readonly Episode<S>[],
): Pick<ReferenceRow, "numTasks" | "solved"> {
  const solved = Object.entries(successRules).map(([name, rule]) => {
    const count = tasks.filter(({ goal }, i) => isSolved(rule, episodes[i]!, goal)).length;
    return [name, count] as const;
  });
  return { numTasks: tasks.length, solved: Object.fromEntries(solved) };
}

function planningBy<S>(world: GoalWorld<S>, cost: "euclidean" | "geodesic", options: ReferenceOptions<S>): Agent<S> {
  const { search = {}, over = "last", imagined = world } = options;
  const { actionDim, maxActionNorm: maxNorm } = world;
  const space = options.space ?? { actionDim, numBlocks: 1, blockLength: BLOCK_LENGTH, maxNorm };
  const config = resolveOptions("cem", cem.options, { ...SEARCH, std: 0.6 * maxNorm, ...search });
  return {
    space,
    decide: ({ history, goal, key, start }) =>
      cem.plan(
        {
          state: history.states.at(-1)!,
          rollout: simulator(imagined, key),
          cost: costOfStates(world.costs[cost], goal, over),
          ...{ space, key },
          ...(start && { start }),
        },
        config,
      ),
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
