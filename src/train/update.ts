/** What follows the gradient: clipping, the optimizer, and the averaged copy. */
import { flattenTree, isTensor, mapTree, type Tensor, type Tree } from "../compute/index.js";
import { clipByGlobalNorm, globalNorm } from "../optim/index.js";
import type { StepProgramOptions } from "./step-program.js";
import type { Named } from "./training-step.js";

/** What an update reads: everything of a step but what its gradient is made of. */
export interface UpdateTensors {
  readonly trainable: Tree<Tensor>;
  readonly gradient: Tree<Tensor>;
  readonly slots: Tree<Tensor>;
  readonly scalars: Tree<Tensor>;
  readonly steadyScalars?: Tree<Tensor>;
}

type Modules = Readonly<Record<string, Tree<Tensor>>>;

/** Shorten the gradient, and let the optimizer follow it. */
export function clipAndUpdate(
  inputs: UpdateTensors,
  { model, optimizer, optimizerConfig, maxGradientNorm }: StepProgramOptions,
) {
  const clipped = clipByGlobalNorm(inputs.gradient, maxGradientNorm);
  const steady = model.head.constantLearningRate ?? [];
  const slots = (inputs.slots ?? {}) as Modules;
  const updateOf = (isTaken: (module: string) => boolean, scalars: Tree<Tensor>) =>
    optimizer.update(
      {
        parameters: modulesOf(inputs.trainable, isTaken),
        gradient: modulesOf(clipped.gradient, isTaken),
        slots: Object.fromEntries(Object.entries(slots).map(([slot, tree]) => [slot, modulesOf(tree, isTaken)])),
        scalars: scalars as Record<string, Tensor>,
        roles: model.roles,
      },
      optimizerConfig,
    );
  const moving = updateOf((module) => !steady.includes(module), inputs.scalars);
  const parts =
    steady.length === 0 ? [moving] : [moving, updateOf((module) => steady.includes(module), inputs.steadyScalars!)];
  const order = Object.keys(inputs.trainable);
  return {
    trainable: joined(
      parts.map(({ parameters }) => parameters),
      order,
    ),
    slots: Object.fromEntries(
      Object.keys(slots).map((slot) => [
        slot,
        joined(
          parts.map((part) => part.slots[slot]!),
          order,
        ),
      ]),
    ),
    gradientNorm: clipped.norm,
    gradientNorms: Object.fromEntries(
      Object.entries(inputs.gradient as Modules).map(([module, tree]) => [module, globalNorm(tree)]),
    ),
  };
}

/**
 * The averaged copy after an update: target ← d · target + (1 − d) · trained, d = `emaDecay` of the step.
 * Buffers are not averaged: they belong to the weights they were measured with.
 * @returns the target and how far it is from what it follows: ‖trained − target‖ / ‖trained‖
 */
export function moveTarget(target: Tree<Tensor> | undefined, trained: Tree<Tensor>, scheduled: Named<Tensor>) {
  if (target === undefined) return { target: {}, report: {} };
  const decay = scheduled.emaDecay!;
  const leaves = flattenTree<Tensor>(trained, isTensor);
  const moved = mapTree<Tensor, Tensor>(target, isTensor, (old, path) => {
    const towards = leaves.get(path)!;
    return towards.add(old.sub(towards).mul(decay));
  });
  const followed = mapTree<Tensor, Tensor>(target, isTensor, (_, path) => leaves.get(path)!);
  const gap = mapTree<Tensor, Tensor>(moved, isTensor, (value, path) => value.sub(leaves.get(path)!));
  return { target: moved, report: { targetDrift: globalNorm(gap).div(globalNorm(followed).add(1e-12)) } };
}

function modulesOf(tree: Tree<Tensor>, isTaken: (module: string) => boolean): Tree<Tensor> {
  return Object.fromEntries(Object.entries(tree as Modules).filter(([module]) => isTaken(module)));
}

function joined(parts: readonly Tree<Tensor>[], order: readonly string[]): Tree<Tensor> {
  const all: Modules = Object.assign({}, ...parts);
  return Object.fromEntries(order.filter((module) => module in all).map((module) => [module, all[module]!]));
}
