/** Watching what happens inside a pass through the layers. */
import type { Tensor } from "../compute/index.js";

/** One thing a layer shows. */
export interface Observation {
  /**
   * "attention": the weights of attention [B, heads, N, N], rows sum to 1;
   * "activation": what a ReLU or GELU lets through;
   * "output": what a stage or block hands to the next.
   */
  readonly kind: "attention" | "activation" | "output";
  /** Where: names of the layers around it, outermost first, as in "stage0/reduce/relu". */
  readonly path: string;
  readonly tensor: Tensor;
  /** Axis of the units: channels of a map, the width of tokens, heads. */
  readonly unitAxis: number;
}

export type Observe = (observation: Observation) => void;

/** Whatever carries an observer, absent where nobody watches. */
interface Observed {
  readonly observe?: Observe;
}

/** Show a tensor to the observer, if there is one. */
export function show<M extends Observed>(
  { observe }: M,
  kind: Observation["kind"],
  tensor: Tensor,
  unitAxis: number,
): void {
  observe?.({ kind, tensor, unitAxis: unitAxis < 0 ? tensor.shape.length + unitAxis : unitAxis, path: "" });
}

/** The same mode for the layers inside one of this name: what they show carries the name in its path. */
export function within<M extends Observed>(mode: M, name: string): M {
  const { observe } = mode;
  if (observe === undefined) return mode;
  const renamed: Observe = (seen) => observe({ ...seen, path: seen.path === "" ? name : `${name}/${seen.path}` });
  return { ...mode, observe: renamed };
}
