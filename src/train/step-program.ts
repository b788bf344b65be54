/** One training step as a program: views in, loss, gradient, clipping and update; parameters and state out. */
import {
  type Branch,
  type ConfigOf,
  float32Spec,
  type HostArray,
  type MapTree,
  type OptionTable,
  type Program,
  type Tensor,
  type TensorSpec,
  type Tree,
  trace,
  valueAndGradient,
} from "../compute/index.js";
import { join, targetMode, trainingMode } from "../nn/index.js";
import type { Optimizer } from "../optim/index.js";
import { encodeOnline, encodeTarget, lossOf, pooled } from "./forward.js";
import type { Model } from "./model.js";
import type { Named, Parts, StepArrays, StepInputs, StepOutputs, StepSpecs } from "./training-step.js";
import { clipAndUpdate, moveTarget } from "./update.js";

export interface StepProgramOptions {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly optimizerConfig: ConfigOf<OptionTable>;
  readonly numGlobalViews: number;
  readonly maxGradientNorm: number;
}

type StepTensors = Readonly<Record<Exclude<keyof StepSpecs, "target">, Tree<Tensor>>> & {
  readonly target?: Partial<Parts<Tensor>>;
};
type Modules = Readonly<Record<string, Branch<Tensor>>>;
type LossTensors = Omit<StepTensors, "slots" | "scalars" | "steadyScalars">;
/** What the loss of a step is made of. */
export type LossInputs = Omit<StepInputs, "slots" | "scalars" | "steadyScalars">;

/**
 * Trace a step.
 * Outputs: `trainable`, `buffers`, `slots`, `target` (the next state) and `report`, see StepReport.
 */
export async function traceStep(
  specs: StepSpecs,
  options: StepProgramOptions,
): Promise<Program<StepInputs, StepOutputs>> {
  const program = await trace(specs, (given) => {
    const inputs = given as unknown as StepTensors;
    const { gradient, buffers, targetBuffers, report } = lossAndGradient(inputs, options);
    const { gradientNorm, gradientNorms, ...next } = clipAndUpdate({ ...inputs, gradient }, options);
    const moved = moveTarget(inputs.target?.trainable, next.trainable, namedOf(inputs.scheduled));
    return {
      ...next,
      buffers,
      target: { trainable: moved.target, buffers: targetBuffers },
      report: { ...report, gradientNorm, gradientNorms, ...moved.report },
    } as Tree<Tensor>;
  });
  return program as unknown as Program<StepInputs, StepOutputs>;
}

/** Trace the gradient of a step alone. */
export async function traceGradient(
  { slots: _slots, scalars: _scalars, steadyScalars: _steady, ...specs }: StepSpecs,
  options: StepProgramOptions,
): Promise<Program<LossInputs, { readonly gradient: StepArrays["trainable"] }>> {
  const program = await trace(specs, (given) => {
    const { gradient } = lossAndGradient(given as unknown as StepTensors, options);
    return { gradient };
  });
  return program as never;
}

/** Trace the loss of a step alone, without its gradient: what other images would cost. */
export async function traceLoss(
  specs: MapTree<LossInputs, HostArray, TensorSpec>,
  options: Pick<StepProgramOptions, "model" | "numGlobalViews">,
): Promise<Program<LossInputs, { readonly total: HostArray }>> {
  const program = await trace(specs, (given) => {
    const inputs = given as unknown as LossTensors;
    return { total: lossIn(inputs, options)(inputs.trainable).value };
  });
  return program as never;
}

function lossAndGradient(inputs: LossTensors, options: StepProgramOptions) {
  const { value, aux, gradient } = valueAndGradient(inputs.trainable, lossIn(inputs, options));
  const { report, buffers = {}, targetBuffers = {} } = aux as Record<string, Tree<Tensor>>;
  return { gradient, buffers, targetBuffers, report: { total: value, ...(report as Modules) } };
}

/** The loss as a function of what is trained. */
function lossIn(
  inputs: LossTensors,
  { model, numGlobalViews }: Pick<StepProgramOptions, "model" | "numGlobalViews">,
): (trainable: Tree<Tensor>) => { value: Tensor; aux: Tree<Tensor> } {
  const buffers = inputs.buffers ?? {};
  const views = Object.values(namedOf(inputs.views));
  const masks = namedOf(inputs.masks);
  const given = {
    ...{ views, masks, noise: namedOf(inputs.noise), scalars: namedOf(inputs.scheduled), numGlobalViews },
    ...actionsOf(inputs.actions),
  };
  const target = model.targetSpecs && targetSide(model, inputs.target ?? {}, views.slice(0, numGlobalViews));
  const mode = trainingMode();
  // Buffers go around the differentiated function: their updates are recorded by the tensors given here.
  return (trainable) => {
    const parameters = join(trainable, buffers) as Modules;
    const encoded = encodeOnline(model, parameters.encoder!, { views, masks }, mode);
    const { total, report } = lossOf(model, {
      ...given,
      online: { encoded, parameters, mode },
      ...(target && { target }),
    });
    const updated = mode.updates.appliedTo(buffers);
    const targetBuffers = target?.mode.updates.appliedTo(inputs.target?.buffers ?? {}) ?? {};
    const seen = { ...report, features: pooled(encoded[0]!) };
    return { value: total, aux: { report: seen, buffers: updated, targetBuffers } };
  };
}

/** The target on the global views. */
function targetSide(model: Model, { trainable = {}, buffers = {} }: Partial<Parts<Tensor>>, views: readonly Tensor[]) {
  const mode = targetMode();
  const parameters = join(trainable, buffers) as Modules;
  return { encoded: encodeTarget(model, parameters.encoder!, views, mode), parameters, mode };
}

/** What was done between the views, where somebody acts. */
export function actionsOf(branch: Tree<Tensor> | undefined): { readonly actions?: Tensor } {
  const { taken } = namedOf(branch);
  return taken === undefined ? {} : { actions: taken };
}

/** A branch of named tensors; none if it has no leaves. */
export function namedOf(branch: Tree<Tensor> | undefined): Named<Tensor> {
  return (branch ?? {}) as Named<Tensor>;
}

/** Specifications of the views: [B, C, H, W] each. */
export function viewSpecs(shapes: readonly (readonly number[])[]): Record<string, TensorSpec> {
  return Object.fromEntries(shapes.map((shape, v) => [`view${v}`, float32Spec(shape)]));
}
