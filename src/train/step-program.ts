/** One training step as a program: views in, loss, gradient, clipping and update; parameters and state out. */
import {
  type ConfigOf,
  float32Spec,
  type OptionTable,
  type Tensor,
  type TensorSpec,
  type Tree,
  trace,
  valueAndGradient,
} from "../compute/index.js";
import type { TensorsOf } from "../nn/index.js";
import { join, trainingMode } from "../nn/index.js";
import { clipByGlobalNorm, type Optimizer } from "../optim/index.js";
import { encodeViews, type Model, type ModelSpecs } from "./model.js";

/** Shapes of everything a step reads. A branch without leaves may be missing. */
export interface StepSpecs {
  readonly trainable: Tree<TensorSpec>;
  readonly buffers: Tree<TensorSpec>;
  readonly slots: Readonly<Record<string, Tree<TensorSpec>>>;
  readonly views: Readonly<Record<string, TensorSpec>>;
  readonly noise: Readonly<Record<string, TensorSpec>>;
  readonly scalars: Readonly<Record<string, TensorSpec>>;
}

export interface StepProgramOptions {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly optimizerConfig: ConfigOf<OptionTable>;
  readonly numGlobalViews: number;
  readonly maxGradientNorm: number;
}

type StepInputs = { readonly [K in keyof StepSpecs]: Record<string, Tree<Tensor>> };

/**
 * Trace a step.
 * Outputs: `trainable`, `buffers`, `slots` (the next state) and `report`: total, terms, gradientNorm, and the features
 * and projections of the first view, which the collapse doctor looks at.
 */
export async function traceStep(specs: StepSpecs, options: StepProgramOptions) {
  const { model, optimizer, optimizerConfig, numGlobalViews, maxGradientNorm } = options;
  return trace(specs, (given) => {
    const inputs = given as unknown as StepInputs;
    const buffers = inputs.buffers ?? {};
    const views = Object.values(inputs.views) as Tensor[];
    const noise = (inputs.noise ?? {}) as Record<string, Tensor>;
    const mode = trainingMode();
    // Buffers go around the differentiated function: their updates are recorded by the tensors given here.
    const { value, aux, gradient } = valueAndGradient(inputs.trainable as Tree<Tensor>, (trainable) => {
      const parameters = join(trainable, buffers) as TensorsOf<ModelSpecs>;
      const { features, projections } = encodeViews(model, parameters, views, mode);
      const { total, terms } = model.objective.loss({ projections, numGlobalViews, noise }, model.objectiveConfig);
      const updated = mode.updates.appliedTo(buffers);
      return { value: total, aux: { terms, features: features[0]!, projections: projections[0]!, buffers: updated } };
    });
    const {
      terms,
      features,
      projections,
      buffers: nextBuffers,
    } = aux as {
      terms: Record<string, Tensor>;
      features: Tensor;
      projections: Tensor;
      buffers?: Tree<Tensor>;
    };
    const clipped = clipByGlobalNorm(gradient, maxGradientNorm);
    const next = optimizer.update(
      {
        parameters: inputs.trainable,
        gradient: clipped.gradient,
        slots: inputs.slots,
        scalars: inputs.scalars as Record<string, Tensor>,
        roles: model.roles,
      },
      optimizerConfig,
    );
    const report = { total: value, terms, gradientNorm: clipped.norm, features, projections };
    return { trainable: next.parameters, buffers: nextBuffers ?? {}, slots: next.slots, report } as Tree<Tensor>;
  });
}

/** Specifications of the views: [B, C, H, W] each. */
export function viewSpecs(shapes: readonly (readonly number[])[]): Record<string, TensorSpec> {
  return Object.fromEntries(shapes.map((shape, v) => [`view${v}`, float32Spec(shape)]));
}
