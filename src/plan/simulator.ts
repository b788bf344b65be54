/** Planning with the world itself: what a perfect model would reach, the ceiling beside every learned one. */
import { childKey, type Key, Random } from "../compute/random.js";
import type { TrueCost, World } from "../environments/index.js";
import type { Candidates } from "./action-space.js";
import type { Cost, Rollout } from "./planner.js";

/** States of every candidate after each of its steps: [count][horizon]. */
export type StatePaths<S> = readonly (readonly S[])[];

/**
 * Roll out candidates in the true world. Where the world draws at random, all candidates meet the same draws, so that
 * they are told apart by their actions alone.
 */
export function simulator<S>(world: World<S>, key: Key): Rollout<S, StatePaths<S>> {
  return (start, { count, horizon, actionDim, actions }) =>
    Array.from({ length: count }, (_, i) => {
      const random = new Random(childKey(key, "simulator"));
      const states: S[] = [];
      for (let t = 0; t < horizon; t++) {
        const first = (i * horizon + t) * actionDim;
        states.push(world.step(states[t - 1] ?? start, actions.subarray(first, first + actionDim), random));
      }
      return states;
    });
}

/** The true cost of the last state, or of all of them together. */
export function costOfStates<S>(cost: TrueCost<S>, goal: S, over: "last" | "sum"): Cost<StatePaths<S>> {
  return (paths: StatePaths<S>, _candidates: Candidates) =>
    Float64Array.from(paths, (states) => {
      if (over === "last") return cost(states.at(-1)!, goal);
      return states.reduce((sum, state) => sum + cost(state, goal), 0);
    });
}
