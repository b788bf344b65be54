/** Let a run's model plan in its world, and hold it against what no skill, little skill and full knowledge reach. */
import { childKey, type Key, keyFor, lookUp, resolveOptions, ValueError } from "../../compute/index.js";
import { type GoalWorld, hasGoals, type Task } from "../../environments/index.js";
import { type Estimate, wilsonEstimate } from "../../evaluate/index.js";
import {
  type ActionSpace,
  type Agent,
  allPlanners,
  type Candidates,
  composeCosts,
  createCost,
  drawTasks,
  measureAgent,
  type Planner,
  type ReferenceRow,
  referenceRows,
} from "../../plan/index.js";
import { openRunWorld, type RunWorld, type RunWorldOptions } from "./run-world.js";

export interface PlanRunOptions extends RunWorldOptions {
  /** Tasks for each seed; default 100. */
  readonly episodes?: number;
  /** Seeds of tasks and searches; default 1. */
  readonly seeds?: number;
  /** Default "cem". */
  readonly planner?: string;
  readonly plannerOptions?: Readonly<Record<string, unknown>>;
  /** Steps that a plan looks ahead; default 30. */
  readonly horizon?: number;
  /** Steps for which an action of a plan is repeated; default 5. */
  readonly blockLength?: number;
  /** Steps carried out before the next plan: whole blocks; default one block. */
  readonly replanEvery?: number;
  /** Which imagined states are to be near the goal: the last, or all of them together; default "sum". */
  readonly over?: "last" | "sum";
  /** Leave out the rows of policies and of the simulator, which take longer than the model; default false. */
  readonly onlyModel?: boolean;
  readonly onProgress?: (text: string) => void;
}

export interface PlanRow extends ReferenceRow {
  /** Share of the tasks solved, by each of the world's rules, with Wilson's interval. */
  readonly success: Readonly<Record<string, Estimate>>;
}

export interface PlanReport {
  readonly environment: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly rules: Readonly<Record<string, string>>;
  readonly rows: readonly PlanRow[];
  /** Milliseconds of planning for each step that is made, of the model. */
  readonly msPerStep: number;
}

const DEFAULTS = { episodes: 100, seeds: 1, planner: "cem", horizon: 30, blockLength: 5, over: "sum" } as const;

/**
 * Success of planning with a run's model on tasks that its world draws.
 * @throws ValueError for a world without goals, a horizon that is no whole number of blocks, or what `openRunWorld` refuses
 */
export async function planRun(path: string, options: PlanRunOptions = {}): Promise<PlanReport> {
  const { episodes, seeds, over, onlyModel = false, onProgress } = { ...DEFAULTS, ...options };
  const run = await openRunWorld<unknown>("plan", path, options);
  try {
    const { world } = run;
    if (!hasGoals(world)) {
      const hint = "Nothing is wanted there. Try two-rooms or push.";
      throw new ValueError("plan", "environment", "one with goals", run.name, hint);
    }
    const space = spaceOf(world, run.config.data.clips!.frameStride, options);
    const blocksPerPlan = Math.max(1, Math.round((options.replanEvery ?? space.blockLength) / space.blockLength));
    const agentFor = agentsOf(run, space, over, options);
    const rows: ReferenceRow[][] = [];
    for (let seed = 0; seed < seeds; seed++) {
      const key = keyFor(seed, "plan");
      const tasks = drawTasks(world, episodes, childKey(key, "tasks"));
      onProgress?.(`model, seed ${seed}`);
      const model = await measureModel(run.name, world, agentFor, tasks, { key, blocksPerPlan });
      if (!onlyModel) onProgress?.(`references, seed ${seed}`);
      const references = onlyModel ? [] : await referenceRows(world, { numTasks: episodes, key });
      rows.push([...references, model]);
    }
    const merged = rows[0]!.map((_, i) => withShares(added(rows.map((ofSeed) => ofSeed[i]!))));
    const { planningMs = 0 } = merged.at(-1)!;
    return {
      environment: run.name,
      options: run.options,
      rules: Object.fromEntries(Object.entries(world.successRules).map(([name, { doc }]) => [name, doc])),
      rows: merged,
      msPerStep: planningMs / (blocksPerPlan * space.blockLength),
    };
  } finally {
    await run.close();
  }
}

/** What every task is planned by; the goal of a task is looked at once. */
function agentsOf<S>(
  { imaginer, statesOf, config: { data } }: RunWorld<S>,
  space: ActionSpace,
  over: "last" | "sum",
  { planner: name = DEFAULTS.planner, plannerOptions = {} }: PlanRunOptions,
): (task: Task<S>) => Promise<Agent<S>> {
  const planner = lookUp<Planner>("plan", "planner", allPlanners, name);
  if (planner.needs !== "continuous") {
    const known = Object.values<Planner>(allPlanners).filter(({ needs }) => needs === "continuous");
    const expected = `one for actions that are numbers (${known.map((other) => other.name).join(", ")})`;
    throw new ValueError("plan", "planner", expected, name, `"${name}" needs ${planner.needs}.`);
  }
  const { frameStride } = data.clips!;
  const std = "std" in planner.options ? { std: 0.6 * space.maxNorm } : {};
  const config = resolveOptions(planner.name, planner.options, { ...std, ...plannerOptions });
  return async ({ goal }) => {
    const { cost } = composeCosts({
      goal: { cost: createCost("goalDistance", { over }, { goal: await statesOf([goal]) }) },
    });
    return {
      space,
      async decide({ history, key, start }) {
        const state = await statesOf(history.states.slice(-1));
        // One step of the model spans several of the world: their actions lie side by side already.
        const rollout = (from: Float32Array, { actions, count, horizon: numSteps }: Candidates) =>
          imaginer.imagine({ state: from }, actions, { count, horizon: numSteps / frameStride });
        return planner.plan({ state, rollout, cost, space, key, ...(start && { start }) }, config);
      },
    };
  };
}

/** Each task has an agent of its own, since its goal is. */
async function measureModel<S>(
  name: string,
  world: GoalWorld<S>,
  agentFor: (task: Task<S>) => Promise<Agent<S>>,
  tasks: readonly Task<S>[],
  { key, blocksPerPlan }: { readonly key: Key; readonly blocksPerPlan: number },
): Promise<ReferenceRow> {
  const rows: ReferenceRow[] = [];
  for (const [i, task] of tasks.entries()) {
    const pursuit = { key: childKey(key, "model", i), blocksPerPlan };
    rows.push(await measureAgent(`model of ${name}`, world, await agentFor(task), [task], pursuit));
  }
  return added(rows);
}

function spaceOf<S>(world: GoalWorld<S>, frameStride: number, options: PlanRunOptions): ActionSpace {
  const { horizon, blockLength } = { ...DEFAULTS, ...options };
  const numBlocks = horizon / blockLength;
  if (horizon % frameStride !== 0) {
    const hint = "The model was trained on clips that far apart.";
    throw new ValueError("plan", "horizon", `a whole number of the model's steps of ${frameStride}`, horizon, hint);
  }
  if (Number.isInteger(numBlocks) && numBlocks >= 1) {
    return { actionDim: world.actionDim, numBlocks, blockLength, maxNorm: world.maxActionNorm };
  }
  throw new ValueError("plan", "horizon", `a whole number of blocks of ${blockLength} steps`, horizon);
}

/** The same way of acting on several sets of tasks. */
function added(rows: readonly ReferenceRow[]): ReferenceRow {
  const [first] = rows as readonly [ReferenceRow, ...ReferenceRow[]];
  const total = (of: (row: ReferenceRow) => number) => rows.reduce((sum, row) => sum + of(row), 0);
  const timed = rows.flatMap(({ planningMs, numTasks }) =>
    planningMs === undefined ? [] : [{ planningMs, numTasks }],
  );
  const numTimed = timed.reduce((sum, { numTasks }) => sum + numTasks, 0);
  return {
    name: first.name,
    numTasks: total(({ numTasks }) => numTasks),
    solved: Object.fromEntries(Object.keys(first.solved).map((rule) => [rule, total(({ solved }) => solved[rule]!)])),
    numStopped: total(({ numStopped }) => numStopped),
    ...(numTimed > 0 && {
      planningMs: timed.reduce((sum, { planningMs, numTasks }) => sum + planningMs * numTasks, 0) / numTimed,
    }),
  };
}

function withShares(row: ReferenceRow): PlanRow {
  const shares = Object.entries(row.solved).map(([rule, count]) => [rule, wilsonEstimate(count, row.numTasks)]);
  return { ...row, success: Object.fromEntries(shares) };
}
