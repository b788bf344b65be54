/** One training step as a program: views in, loss, gradient, clipping and update; parameters and state out. */
import {
  type ConfigOf,
  float32Spec,
  type OptionTable,
  type Program,
  type Tensor,
  type TensorSpec,
  type Tree,
  trace,
  valueAndGradient,
} from "../compute/index.js";
import type { TensorsOf } from "../nn/index.js";
import { join, trainingMode } from "../nn/index.js";
import { clipByGlobalNorm, type Optimizer } from "../optim/index.js";
import { encodeViews, type Model, type ModelSpecs, projectFeatures } from "./model.js";
import type { Named, StepArrays, StepInputs, StepOutputs, StepSpecs } from "./training-step.js";

export interface StepProgramOptions {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly optimizerConfig: ConfigOf<OptionTable>;
  readonly numGlobalViews: number;
  readonly maxGradientNorm: number;
}

/** The same tree with other leaves. */
export type Traced<Specs> = { readonly [Branch in keyof Specs]: Record<string, Tree<Tensor>> };
type StepTensors = Traced<StepSpecs>;
type GradientTensors = Omit<StepTensors, "slots" | "scalars">;

/**
 * Trace a step.
 * Outputs: `trainable`, `buffers`, `slots` (the next state) and `report`: total, terms, gradientNorm, and the features
 * and projections of the first view, which the collapse doctor looks at.
 */
export async function traceStep(
  specs: StepSpecs,
  options: StepProgramOptions,
): Promise<Program<StepInputs, StepOutputs>> {
  const program = await trace(specs, (given) => {
    const inputs = given as unknown as StepTensors;
    const { gradient, buffers, report } = lossAndGradient(inputs, options);
    const { trainable, slots, gradientNorm } = clipAndUpdate({ ...inputs, gradient }, options);
    return { trainable, buffers, slots, report: { ...report, gradientNorm } } as Tree<Tensor>;
  });
  return program as unknown as Program<StepInputs, StepOutputs>;
}

/** Trace the gradient of a step alone. */
export async function traceGradient(
  { trainable, buffers, views, noise }: StepSpecs,
  options: StepProgramOptions,
): Promise<Program<Omit<StepInputs, "slots" | "scalars">, { readonly gradient: StepArrays["trainable"] }>> {
  const program = await trace({ trainable, buffers, views, noise }, (given) => {
    const { gradient } = lossAndGradient(given as unknown as GradientTensors, options);
    return { gradient };
  });
  return program as never;
}

function lossAndGradient(inputs: GradientTensors, { model, numGlobalViews }: StepProgramOptions) {
  const buffers = inputs.buffers ?? {};
  const views = Object.values(inputs.views) as Tensor[];
  const noise = (inputs.noise ?? {}) as Named<Tensor>;
  const mode = trainingMode();
  // Buffers go around the differentiated function: their updates are recorded by the tensors given here.
  const { value, aux, gradient } = valueAndGradient(inputs.trainable as Tree<Tensor>, (trainable) => {
    const parameters = join(trainable, buffers) as TensorsOf<ModelSpecs>;
    const features = encodeViews(model, parameters.encoder, views, mode);
    const projections = projectFeatures(model, parameters.projector ?? {}, features, mode);
    const { total, terms } = model.objective.loss({ projections, numGlobalViews, noise }, model.objectiveConfig);
    const updated = mode.updates.appliedTo(buffers);
    return { value: total, aux: { terms, features: features[0]!, projections: projections[0]!, buffers: updated } };
  });
  const { buffers: nextBuffers = {}, ...seen } = aux as Record<string, Tree<Tensor>>;
  return { gradient, buffers: nextBuffers, report: { total: value, ...seen } };
}

/** What an update reads: everything of a step but what its gradient is made of. */
export type UpdateTensors = Pick<StepTensors, "trainable" | "slots" | "scalars"> & {
  readonly gradient: Tree<Tensor>;
};

/** Shorten the gradient, and let the optimizer follow it. */
export function clipAndUpdate(
  { trainable, gradient, slots, scalars }: UpdateTensors,
  { model, optimizer, optimizerConfig, maxGradientNorm }: StepProgramOptions,
) {
  const clipped = clipByGlobalNorm(gradient, maxGradientNorm);
  const next = optimizer.update(
    {
      parameters: trainable,
      gradient: clipped.gradient,
      slots,
      scalars: scalars as Record<string, Tensor>,
      roles: model.roles,
    },
    optimizerConfig,
  );
  return { trainable: next.parameters, slots: next.slots, gradientNorm: clipped.norm };
}

/** Specifications of the views: [B, C, H, W] each. */
export function viewSpecs(shapes: readonly (readonly number[])[]): Record<string, TensorSpec> {
  return Object.fromEntries(shapes.map((shape, v) => [`view${v}`, float32Spec(shape)]));
}
