/** What training changes: parameters, buffers, optimizer state and the step they belong to. */
import { flattenTree, type HostArray, isHostArray, keyFor, type Tree } from "../compute/index.js";
import { initialise, type ParameterSpec, partition } from "../nn/index.js";
import { initialSlots, type Optimizer } from "../optim/index.js";
import { firstNotFinite } from "./finite.js";
import type { ModelSpecs } from "./model.js";

export interface TrainState {
  /** Updates done so far. */
  readonly step: number;
  readonly trainable: Tree<HostArray>;
  readonly buffers: Tree<HostArray>;
  readonly slots: Readonly<Record<string, Tree<HostArray>>>;
}

/** The state before the first step: a function of the seed alone. */
export function initialState(specs: ModelSpecs, optimizer: Optimizer, seed: number): TrainState {
  const all: Tree<ParameterSpec> = specs;
  const values = initialise(all, keyFor(seed, "parameters")) as Tree<HostArray>;
  const { trainable, buffers } = partition<HostArray>(all, values);
  return { step: 0, trainable, buffers, slots: initialSlots(optimizer, partition<ParameterSpec>(all, all).trainable) };
}

/** All arrays of a state by name, as they are saved. */
export function arraysOf(state: TrainState): Map<string, HostArray> {
  const { trainable, buffers, slots } = state;
  return flattenTree<HostArray>({ trainable, buffers, slots } as Tree<HostArray>, isHostArray);
}

/** Name of the first array with a value that is not finite; undefined if all is well. */
export function brokenArrayOf(state: TrainState): string | undefined {
  for (const [name, { data }] of arraysOf(state)) if (firstNotFinite(data) !== undefined) return name;
  return undefined;
}
