/** What training changes: parameters, buffers, optimizer state, the averaged copy, and the step they belong to. */
import { flattenTree, type HostArray, isHostArray, keyFor, mapTree, type Tree } from "../compute/index.js";
import { initialise, type ParameterSpec, partition } from "../nn/index.js";
import { initialSlots, type Optimizer } from "../optim/index.js";
import { firstNotFinite } from "./finite.js";
import type { Model } from "./model.js";
import { NO_TARGET, type StepArrays } from "./training-step.js";

export interface TrainState extends StepArrays {
  /** Updates done so far. */
  readonly step: number;
}

/** The state before the first step: a function of the seed alone. The averaged copy starts where its encoder starts. */
export function initialState(
  { specs, targetSpecs }: Pick<Model, "specs" | "targetSpecs">,
  optimizer: Optimizer,
  seed: number,
): TrainState {
  const all: Tree<ParameterSpec> = specs;
  const values = initialise(all, keyFor(seed, "parameters")) as Readonly<Record<string, Tree<HostArray>>>;
  const { trainable, buffers } = partition<HostArray>(all, values);
  return {
    step: 0,
    trainable,
    buffers,
    slots: initialSlots(optimizer, partition<ParameterSpec>(all, all).trainable),
    target: targetSpecs === undefined ? NO_TARGET : copyOf(targetSpecs, values),
  };
}

function copyOf(specs: Tree<ParameterSpec>, values: Readonly<Record<string, Tree<HostArray>>>): StepArrays["target"] {
  const modules = Object.fromEntries(Object.keys(specs).map((module) => [module, values[module]!]));
  const copies = mapTree<HostArray, HostArray>(modules, isHostArray, (a) => ({ ...a, data: a.data.slice() }));
  return partition<HostArray>(specs, copies);
}

/** The parts of a state that a step reads and replaces, without their step. */
export function stepArraysOf({ trainable, buffers, slots, target }: StepArrays): StepArrays {
  return { trainable, buffers, slots, target };
}

/** The same of what a step gave: branches without leaves are missing there. */
export function stateArraysOf({ trainable, buffers = {}, slots, target }: Partial<StepArrays>): StepArrays {
  const { trainable: averaged = {}, buffers: its = {} }: Partial<StepArrays["target"]> = target ?? {};
  return { trainable: trainable!, buffers, slots: slots!, target: { trainable: averaged, buffers: its } };
}

/** All arrays of a state by name, as they are saved. */
export function arraysOf(state: StepArrays): Map<string, HostArray> {
  return flattenTree<HostArray>(stepArraysOf(state) as unknown as Tree<HostArray>, isHostArray);
}

/** Name of the first array with a value that is not finite; undefined if all is well. */
export function brokenArrayOf(state: TrainState): string | undefined {
  for (const [name, { data }] of arraysOf(state)) if (firstNotFinite(data) !== undefined) return name;
  return undefined;
}
