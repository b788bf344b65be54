/** Means over trials with an interval that asks nothing of their distribution: errors at a branch have two humps. */
import type { Key } from "../../compute/index.js";
import { bootstrapEstimate, type Estimate } from "../intervals.js";

export function bootstrapMean(values: readonly number[], key: Key): Estimate {
  return bootstrapEstimate((positions) => meanAt(values, positions), values.length, key);
}

/** Mean of `above` over mean of `below`, of the same trials: the pairs stay together when trials are drawn again. */
export function bootstrapRatio(above: readonly number[], below: readonly number[], key: Key): Estimate {
  return bootstrapEstimate((positions) => meanAt(above, positions) / meanAt(below, positions), above.length, key);
}

function meanAt(values: readonly number[], positions: Int32Array): number {
  let sum = 0;
  for (const position of positions) sum += values[position]!;
  return sum / positions.length;
}
