/** What predictors of several futures are measured on, and how far apart places are. */
import { ValueError } from "../../compute/index.js";

/** One way things may go on: where it ends, and how likely it is. */
export interface Possibility {
  /**
   * In a space that the predictor has no part in, the same for all that are compared: where the dot is, in pixels. An
   * encoder that is trained along could win by forgetting the branch.
   */
  readonly position: readonly number[];
  readonly probability: number;
}

/** One prediction, held against everything that might have happened and what did. */
export interface FutureTrial {
  /**
   * What is predicted: the future of each code with its prior, or samples with equal probabilities in the order in which
   * they were drawn. Made from the past alone: codes that know the outcome prove nothing.
   */
  readonly futures: readonly Possibility[];
  /** All that may truly happen, in an order that means the same in each trial: right before left. One where nothing branches. */
  readonly modes: readonly Possibility[];
  /** What came true, noise included. */
  readonly outcome: readonly number[];
}

/** Float32 probabilities of a few codes sum to 1 within this. */
const SUM_TOLERANCE = 1e-4;

/** Samples as futures: each as likely as the others. */
export function equallyLikely(positions: readonly (readonly number[])[]): Possibility[] {
  return positions.map((position) => ({ position, probability: 1 / positions.length }));
}

export function isBranching({ modes }: FutureTrial): boolean {
  return modes.length > 1;
}

/** Euclidean. */
export function distance(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (const [i, value] of a.entries()) sum += (value - b[i]!) ** 2;
  return Math.sqrt(sum);
}

/** The mode next to a place, and how far it is. */
export function nearestMode(
  { modes }: FutureTrial,
  position: readonly number[],
): { readonly mode: number; readonly distance: number } {
  let nearest = { mode: -1, distance: Number.POSITIVE_INFINITY };
  for (const [mode, { position: place }] of modes.entries()) {
    const away = distance(place, position);
    if (away < nearest.distance) nearest = { mode, distance: away };
  }
  return nearest;
}

/** The `count` likeliest futures, likeliest first; equally likely ones in the order in which they were given. */
export function likeliest({ futures }: FutureTrial, count: number): readonly Possibility[] {
  return futures.toSorted((a, b) => b.probability - a.probability).slice(0, count);
}

/**
 * @throws ValueError for no trials, no futures or modes, probabilities that are none or do not sum to 1 (a mode's must be
 * above 0), positions of different widths, and numbers that are not finite
 */
export function requireTrials(operation: string, trials: readonly FutureTrial[]): void {
  if (trials.length === 0) throw new ValueError(operation, "trials", "at least one trial", 0);
  const width = trials[0]!.outcome.length;
  for (const [i, { futures, modes, outcome }] of trials.entries()) {
    requirePosition(operation, `trials[${i}].outcome`, outcome, width);
    requirePossibilities(operation, `trials[${i}].futures`, futures, width);
    requirePossibilities(operation, `trials[${i}].modes`, modes, width);
    const never = modes.findIndex(({ probability }) => probability === 0);
    if (never >= 0) {
      const hint = "What cannot happen is no mode: leave it out.";
      throw new ValueError(operation, `trials[${i}].modes[${never}].probability`, "above 0", 0, hint);
    }
  }
}

/**
 * The trials at which something branches.
 * @throws ValueError as `requireTrials`, and if nothing branches
 */
export function requireBranching(operation: string, trials: readonly FutureTrial[]): readonly FutureTrial[] {
  requireTrials(operation, trials);
  const branching = trials.filter(isBranching);
  if (branching.length === 0) {
    throw new ValueError(operation, "trials", "of several modes, some of them at least", "one mode in each");
  }
  return branching;
}

/**
 * The trials at which something branches, with modes that a threshold keeps apart.
 * @param threshold a future this near to a mode, in the unit of positions, is one of that mode
 * @throws ValueError as `requireBranching`, and for modes so close to each other that one future could be of both
 */
export function requireDistinctModes(
  operation: string,
  trials: readonly FutureTrial[],
  threshold: number,
): readonly FutureTrial[] {
  const branching = requireBranching(operation, trials);
  if (!(threshold > 0)) throw new ValueError(operation, "threshold", "above 0", threshold);
  for (const { modes } of branching) {
    for (const [m, mode] of modes.entries()) {
      for (const other of modes.slice(m + 1)) {
        const apart = distance(mode.position, other.position);
        if (apart > 2 * threshold) continue;
        const expected = `of modes more than two thresholds (${2 * threshold}) apart`;
        const hint = "A blur between them would pass for both: look at a later step, or take a smaller threshold.";
        throw new ValueError(operation, "trials", expected, apart, hint);
      }
    }
  }
  return branching;
}

/** @throws ValueError unless it is a whole number of at least 1 */
export function requireCount(operation: string, argument: string, count: number): void {
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new ValueError(operation, argument, "a whole number of at least 1", count);
  }
}

function requirePossibilities(
  operation: string,
  argument: string,
  possibilities: readonly Possibility[],
  width: number,
): void {
  if (possibilities.length === 0) throw new ValueError(operation, argument, "at least one", 0);
  let sum = 0;
  for (const [i, { position, probability }] of possibilities.entries()) {
    requirePosition(operation, `${argument}[${i}].position`, position, width);
    if (!(probability >= 0 && probability <= 1)) {
      throw new ValueError(operation, `${argument}[${i}].probability`, "from 0 to 1", probability);
    }
    sum += probability;
  }
  if (Math.abs(sum - 1) > SUM_TOLERANCE) {
    const hint = "Samples have 1/K each; codes have their prior, a softmax over all of them.";
    throw new ValueError(operation, argument, "of probabilities that sum to 1", sum, hint);
  }
}

function requirePosition(operation: string, argument: string, position: readonly number[], width: number): void {
  if (position.length !== width || width === 0) {
    throw new ValueError(operation, argument, `${Math.max(1, width)} numbers, as the first outcome`, position.length);
  }
  const at = position.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    const hint = "Has the predictor diverged?";
    throw new ValueError(operation, argument, "finite", `${position[at]} at ${at}`, hint);
  }
}
