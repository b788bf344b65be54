/** Acting by planning: plan, carry out the first of it, look, plan again. */
import { ValueError } from "../compute/errors.js";
import { childKey, type Key, Random } from "../compute/random.js";
import type { Episode, GoalWorld, Task } from "../environments/index.js";
import { type ActionSpace, shifted } from "./action-space.js";
import type { Plan } from "./planner.js";

/** What an agent has to go by when it decides. */
export interface Occasion<S> {
  /** Everything up to now; the last state is the present one. Agents that see look at pictures of it. */
  readonly history: Episode<S>;
  readonly goal: S;
  /** Steps that are left. */
  readonly stepsLeft: number;
  /** The plan before, moved on by what was carried out. */
  readonly start?: Float32Array;
  readonly key: Key;
}

/** Somebody who plans. */
export interface Agent<S> {
  readonly space: ActionSpace;
  decide(occasion: Occasion<S>): Promise<Plan>;
}

export interface PursuitOptions {
  /** Blocks carried out before the next plan; default 1. */
  readonly blocksPerPlan?: number;
  /** What to do when no plan keeps within the guardrails: "stop" where it stands (default), or "go" by the least bad. */
  readonly whenUnsafe?: "stop" | "go";
  /**
   * Stop where it gets no further: after so many plans in a row none of which costs less, by `minGain`, than the best one
   * before them. Where standing still is safe, a safe plan always exists; this is how an agent gives up a goal that cannot
   * be reached safely, and rests at one that it has reached. Default: never.
   */
  readonly stall?: { readonly numPlans: number /** In units of the cost. */; readonly minGain: number };
  readonly key: Key;
}

export interface Pursuit<S> extends Episode<S> {
  /**
   * Set if it stopped: at which step, because no plan was safe ("unsafe") or none got it further ("stalled"), and by how
   * much the best plan was beyond what is allowed.
   */
  readonly stopped?: { readonly step: number; readonly reason: "unsafe" | "stalled"; readonly violation: number };
  /** Milliseconds of each planning. */
  readonly planningMs: readonly number[];
}

/**
 * Let an agent act in a world for the steps that it has (receding horizon, warm start).
 * The world's own draws and the agent's are separate streams: the same key gives the same episode.
 * @throws ValueError if more blocks are to be carried out than a plan has
 */
export async function pursue<S>(
  world: GoalWorld<S>,
  task: Task<S>,
  agent: Agent<S>,
  { blocksPerPlan = 1, whenUnsafe = "stop", stall, key }: PursuitOptions,
): Promise<Pursuit<S>> {
  const { space } = agent;
  if (!(blocksPerPlan >= 1 && blocksPerPlan <= space.numBlocks)) {
    throw new ValueError("pursue", "blocksPerPlan", `from 1 to the ${space.numBlocks} of a plan`, blocksPerPlan);
  }
  const random = new Random(childKey(key, "world"));
  const states: S[] = [task.start];
  const actions: number[][] = [];
  const planningMs: number[] = [];
  let start: Float32Array | undefined;
  let [leastCost, numIdle] = [Number.POSITIVE_INFINITY, 0];
  for (let step = 0; step < world.maxSteps; ) {
    const began = performance.now();
    const plan = await agent.decide({
      ...{ history: { states, actions }, goal: task.goal, stepsLeft: world.maxSteps - step },
      ...(start && { start }),
      key: childKey(key, "plan", step),
    });
    planningMs.push(performance.now() - began);
    const stopFor = (reason: "unsafe" | "stalled"): Pursuit<S> => {
      return { states, actions, planningMs, stopped: { step, reason, violation: plan.violation } };
    };
    if (plan.violation > 0 && whenUnsafe === "stop") return stopFor("unsafe");
    numIdle = plan.cost < leastCost - (stall?.minGain ?? 0) ? 0 : numIdle + 1;
    leastCost = numIdle === 0 ? plan.cost : leastCost;
    if (stall && numIdle >= stall.numPlans) return stopFor("stalled");
    const numSteps = Math.min(blocksPerPlan * space.blockLength, world.maxSteps - step);
    for (let i = 0; i < numSteps; i++, step++) {
      const block = Math.floor(i / space.blockLength) * space.actionDim;
      const action = [...plan.blocks.subarray(block, block + space.actionDim)];
      actions.push(action);
      states.push(world.step(states.at(-1)!, action, random));
    }
    start = shifted(plan.blocks, blocksPerPlan, space);
  }
  return { states, actions, planningMs };
}
