/**
 * What an optimizer is. Its state is one tree for each slot, shaped like the trained parameters; what depends on the
 * step alone is worked out on the host in float64 and enters the program as scalars.
 */
import {
  type ConfigOf,
  flattenTree,
  float32,
  type HostArray,
  isTensor,
  type OptionTable,
  type Tensor,
  type TensorSpec,
  type Tree,
  unflattenTree,
  zerosFor,
} from "../compute/index.js";

/** How a parameter is used; weight decay reads it. Kept free of `nn/`, whose roles it accepts. */
export type Role = string;

/** Where a step stands. */
export interface StepPoint {
  /** 0 for the first update. */
  readonly step: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

export interface UpdateInput {
  readonly parameters: Tree<Tensor>;
  readonly gradient: Tree<Tensor>;
  /** State by slot name, each a tree like the parameters. */
  readonly slots: Readonly<Record<string, Tree<Tensor>>>;
  /** What `scalars` gave for this step. */
  readonly scalars: Readonly<Record<string, Tensor>>;
  /** Role of each parameter by path: "weight" is decayed, the rest is not. */
  readonly roles: ReadonlyMap<string, Role>;
}

export interface UpdateResult {
  readonly parameters: Tree<Tensor>;
  readonly slots: Readonly<Record<string, Tree<Tensor>>>;
}

export interface UsualRates {
  /** Peak learning rate. */
  learningRate(batchSize: number, encoderRate: number): number;
  /** Where it is not the objective's: decays inside of a gradient are another scale than decoupled ones. */
  readonly weightDecay?: number;
}

/** The batch that published learning rates are given for. */
const USUAL_BATCH = 256;

/** Learning rates that grow with the batch: `rate` · B / 256, whatever the encoder. Source: Goyal et al. 2017. */
export function rateOfBatch(rate: number): UsualRates["learningRate"] {
  return (batchSize) => (rate * batchSize) / USUAL_BATCH;
}

/** The encoder's own rate, times √(B / 256): optimizers whose steps do not grow with the gradient. */
export function rateOfEncoder(batchSize: number, encoderRate: number): number {
  return encoderRate * Math.sqrt(batchSize / USUAL_BATCH);
}

export interface Optimizer<T extends OptionTable = OptionTable> {
  readonly name: string;
  readonly summary: string;
  readonly options: T;
  /** Names of the state trees; all start at zero. */
  readonly slots: readonly string[];
  /** What a run takes where its user chose nothing. */
  readonly usual: UsualRates;
  /** Host: the numbers of this step. */
  scalars(at: StepPoint, config: ConfigOf<T>): Readonly<Record<string, number>>;
  /** Traced: one update of every parameter. */
  update(input: UpdateInput, config: ConfigOf<T>): UpdateResult;
}

/** The state an optimizer starts from. */
export function initialSlots(
  optimizer: Optimizer,
  trainable: Tree<TensorSpec>,
): Readonly<Record<string, Tree<HostArray>>> {
  return Object.fromEntries(optimizer.slots.map((slot) => [slot, zerosFor(trainable) as Tree<HostArray>]));
}

/** Scalars as program inputs. */
export function scalarInputs(scalars: Readonly<Record<string, number>>): Readonly<Record<string, HostArray>> {
  return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, float32([value], [])]));
}

/** One parameter with everything that belongs to it. */
export interface ParameterUpdate {
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  readonly slots: Readonly<Record<string, Tensor>>;
  /** Of role "weight": decayed, and all that is done to whole matrices. */
  readonly isWeight: boolean;
}

/** Apply a rule to each parameter: for optimizers that treat parameters one at a time. */
export function updateEach(
  input: UpdateInput,
  slotNames: readonly string[],
  rule: (update: ParameterUpdate) => { readonly parameter: Tensor; readonly slots: Readonly<Record<string, Tensor>> },
): UpdateResult {
  const gradients = flattenTree<Tensor>(input.gradient, isTensor);
  const state = slotNames.map((slot) => [slot, flattenTree<Tensor>(input.slots[slot]!, isTensor)] as const);
  const parameters = new Map<string, Tensor>();
  const slots = new Map(slotNames.map((slot) => [slot, new Map<string, Tensor>()]));
  for (const [path, parameter] of flattenTree<Tensor>(input.parameters, isTensor)) {
    const updated = rule({
      parameter,
      gradient: gradients.get(path)!,
      slots: Object.fromEntries(state.map(([slot, values]) => [slot, values.get(path)!])),
      isWeight: input.roles.get(path) === "weight",
    });
    parameters.set(path, updated.parameter);
    for (const slot of slotNames) slots.get(slot)!.set(path, updated.slots[slot]!);
  }
  return {
    parameters: unflattenTree(parameters),
    slots: Object.fromEntries([...slots].map(([slot, values]) => [slot, unflattenTree(values)])),
  };
}
