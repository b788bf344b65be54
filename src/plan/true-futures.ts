/** True states in the form in which models imagine: what costs, risks and guardrails do when the model is perfect. */
import { ValueError } from "../compute/errors.js";
import type { BranchingWorld, Future } from "../environments/index.js";
import type { LatentPaths } from "./costs/latent-paths.js";
import type { Rollout } from "./planner.js";
import type { StatePaths } from "./simulator.js";

/** Numbers of a state, always as many: its position, or its factors. */
export type Description<S> = (state: S) => readonly number[];

/** Paths of true states as paths of latents with one future. */
export function latentsOfStates<S>(paths: StatePaths<S>, describe: Description<S>): LatentPaths {
  return inLatents(
    paths.map((states) => [{ probability: 1, states }]),
    describe,
  );
}

/** Every true future of every candidate, with its probability: what a model of several futures should imagine. */
export function trueFutures<S>(world: BranchingWorld<S>, describe: Description<S>): Rollout<S, LatentPaths> {
  return (start, { count, horizon, actionDim, actions }) => {
    const futures = Array.from({ length: count }, (_, i) => {
      const steps = Array.from({ length: horizon }, (_, t) => {
        const first = (i * horizon + t) * actionDim;
        return actions.subarray(first, first + actionDim);
      });
      return world.futures(start, steps);
    });
    return inLatents(futures, describe);
  };
}

/** Candidates with fewer futures than others have the last of theirs again, without a chance. */
function inLatents<S>(candidates: readonly (readonly Future<S>[])[], describe: Description<S>): LatentPaths {
  const first = candidates[0]?.[0]?.states[0];
  if (first === undefined)
    throw new ValueError("inLatents", "paths", "at least one, with at least one step", candidates);
  const [count, dim, horizon] = [candidates.length, describe(first).length, candidates[0]![0]!.states.length];
  const numFutures = candidates.reduce((most, futures) => Math.max(most, futures.length), 0);
  const states = new Float32Array(count * numFutures * horizon * dim);
  const chances = new Float64Array(count * numFutures);
  for (const [i, futures] of candidates.entries()) {
    for (let k = 0; k < numFutures; k++) {
      const future = futures[k] ?? futures.at(-1)!;
      chances[i * numFutures + k] = futures[k]?.probability ?? 0;
      for (const [t, state] of future.states.entries()) {
        states.set(describe(state), ((i * numFutures + k) * horizon + t) * dim);
      }
    }
  }
  return { count, numFutures, horizon, dim, states, chances };
}
