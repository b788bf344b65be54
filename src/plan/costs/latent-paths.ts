/** What a model imagines: for every candidate some futures, each a path of latents. */
import { ShapeError, ValueError } from "../../compute/errors.js";

export interface LatentPaths {
  readonly count: number;
  /** Futures of each candidate; 1 for a model that knows only one. */
  readonly numFutures: number;
  readonly horizon: number;
  readonly dim: number;
  /** After each action: [count, numFutures, horizon, dim] */
  readonly states: Float32Array;
  /** How likely each future is, [count, numFutures], summing to 1 for each candidate. Absent: all alike. */
  readonly chances?: Float64Array;
  /** What the model itself finds odd about each step, [count, numFutures, horizon]. */
  readonly energies?: Float32Array;
}

const ROUNDING = 1e-6;

/**
 * @throws ShapeError if an array is not as long as the sizes say; ValueError for chances that are no chances
 */
export function requirePaths(operation: string, paths: LatentPaths): void {
  const { count, numFutures, horizon, dim, states, chances, energies } = paths;
  const requireLength = (name: string, array: ArrayLike<number>, ...shape: number[]) => {
    const expected = shape.reduce((product, size) => product * size, 1);
    if (array.length !== expected) throw new ShapeError(operation, name, shape, [array.length]);
  };
  requireLength("states", states, count, numFutures, horizon, dim);
  if (energies !== undefined) requireLength("energies", energies, count, numFutures, horizon);
  if (chances === undefined) return;
  requireLength("chances", chances, count, numFutures);
  for (let i = 0; i < count; i++) {
    const own = chances.subarray(i * numFutures, (i + 1) * numFutures);
    const sum = own.reduce((total, chance) => total + chance, 0);
    if (!own.every((chance) => chance >= 0) || !(Math.abs(sum - 1) <= ROUNDING)) {
      throw new ValueError(operation, "chances", "at least 0 and sum to 1 for each candidate", [...own]);
    }
  }
}

/** How likely each future of a candidate is: [numFutures]. */
export function chancesOf({ numFutures, chances }: LatentPaths, candidate: number): Float64Array {
  if (chances === undefined) return new Float64Array(numFutures).fill(1 / numFutures);
  return chances.subarray(candidate * numFutures, (candidate + 1) * numFutures);
}

/** How the steps of a path become one number. */
export type Over = "last" | "sum" | "max";

export function overOption<D extends Over>(fallback: D) {
  const doc = "which steps count: the last alone, all of them together, or the worst";
  return { default: fallback, choices: ["last", "sum", "max"], doc } as const;
}

/**
 * One number for each path, [count, numFutures], from one for each of its steps.
 * @param valueAt of a state [dim] and its number among all steps of all paths
 */
export function overSteps(
  { count, numFutures, horizon, dim, states }: LatentPaths,
  over: Over,
  valueAt: (state: Float32Array, step: number) => number,
): Float64Array {
  const value = (step: number) => valueAt(states.subarray(step * dim, (step + 1) * dim), step);
  return Float64Array.from({ length: count * numFutures }, (_, path) => {
    const [first, last] = [path * horizon, (path + 1) * horizon - 1];
    let total = value(over === "last" ? last : first);
    if (over === "last") return total;
    for (let step = first + 1; step <= last; step++) {
      total = over === "sum" ? total + value(step) : Math.max(total, value(step));
    }
    return total;
  });
}
