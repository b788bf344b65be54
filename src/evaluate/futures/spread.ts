/** Is there variety where things branch, and none where they do not? */
import type { Key } from "../../compute/index.js";
import { bootstrapEstimate, type Estimate } from "../intervals.js";
import { bootstrapMean } from "./bootstrap-mean.js";
import { type FutureTrial, isBranching, type Possibility, requireTrials } from "./trial.js";

/** How far futures lie apart, in the unit of positions; undefined where there are no such trials. */
export interface Spread {
  readonly branching: Estimate | undefined;
  /** Of the trials with one mode. */
  readonly elsewhere: Estimate | undefined;
  /** The first over the second: ∞ if there is none elsewhere, NaN if there is none at all. */
  readonly ratio: Estimate | undefined;
}

/**
 * Root mean square distance of two futures drawn by their probabilities, the same one twice included:
 *   √(Σ_ij p_i p_j |x_i − x_j|²) = √(2 Σ_i p_i |x_i − x̄|²)
 * so that a code which is hardly ever used adds hardly anything. Of K samples it is low by √((K − 1)/K).
 */
export function spreadOf(futures: readonly Possibility[]): number {
  const width = futures[0]!.position.length;
  const total = futures.reduce((sum, { probability }) => sum + probability, 0);
  let squares = 0;
  for (let d = 0; d < width; d++) {
    const mean = futures.reduce((sum, { position, probability }) => sum + probability * position[d]!, 0) / total;
    squares += futures.reduce((sum, { position, probability }) => sum + probability * (position[d]! - mean) ** 2, 0);
  }
  return Math.sqrt((2 * squares) / total);
}

/** Means of `spreadOf` at trials that branch and at others, and their ratio; the bootstrap's intervals over trials. */
export function futuresSpread(trials: readonly FutureTrial[], key: Key): Spread {
  requireTrials("futuresSpread", trials);
  const all = trials.map(({ futures }) => spreadOf(futures));
  const branches = trials.map(isBranching);
  const meanOf = (values: readonly number[]) => (values.length === 0 ? undefined : bootstrapMean(values, key));
  const branching = meanOf(all.filter((_, i) => branches[i]));
  const elsewhere = meanOf(all.filter((_, i) => !branches[i]));
  if (branching === undefined || elsewhere === undefined) return { branching, elsewhere, ratio: undefined };
  const ratio = bootstrapEstimate((positions) => ratioAt(all, branches, positions), trials.length, key);
  return { branching, elsewhere, ratio };
}

/** NaN for a sample in which one kind of trial is missing. */
function ratioAt(spreads: readonly number[], branches: readonly boolean[], positions: Int32Array): number {
  let [atBranches, numBranches, atOthers, numOthers] = [0, 0, 0, 0];
  for (const position of positions) {
    if (branches[position]) {
      atBranches += spreads[position]!;
      numBranches++;
    } else {
      atOthers += spreads[position]!;
      numOthers++;
    }
  }
  return atBranches / numBranches / (atOthers / numOthers);
}
