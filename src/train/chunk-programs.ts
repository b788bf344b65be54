/**
 * A training step in chunks, as four programs. The gradient of a loss L of all features in the encoder's parameters w
 * is a sum over the images, whatever L couples:
 *   ∂L/∂w = Σ_chunks Σ_{i in chunk} (∂f_i/∂w)ᵀ g_i,   g_i = ∂L/∂f_i
 * so each chunk can be encoded again and pulled back by itself, once g is known of the whole batch.
 */

import type { HostArray } from "../compute/index.js";
import {
  flattenTree,
  float32Spec,
  isTensor,
  mapTree,
  type Program,
  type Tensor,
  type TensorSpec,
  type Tree,
  trace,
  valueAndGradient,
} from "../compute/index.js";
import { join, trainingMode } from "../nn/index.js";
import { encodeViews, projectFeatures } from "./model.js";
import { clipAndUpdate, type StepProgramOptions, type UpdateTensors } from "./step-program.js";
import type { Named, StepReport, StepSpecs } from "./training-step.js";

type Arrays = Tree<HostArray>;

/** Features of one chunk, one array a view. BatchNorm's statistics move here, chunk by chunk. */
export type EncodeProgram = Program<
  { readonly trainable: Arrays; readonly buffers: Arrays; readonly views: Named<HostArray> },
  { readonly features: Named<HostArray>; readonly buffers?: Arrays }
>;

export interface HeadOutputs {
  readonly gradient: { readonly projector?: Arrays; readonly features: Named<HostArray> };
  readonly buffers?: Arrays;
  readonly report: Pick<StepReport, "total" | "terms" | "projections">;
}

/** Loss of all features, and its gradient in them and in the projector. */
export type HeadProgram = Program<
  {
    readonly trainable: Arrays;
    readonly buffers: Arrays;
    readonly features: Named<HostArray>;
    readonly noise: Named<HostArray>;
  },
  HeadOutputs
>;

/** Adds to a sum what one chunk contributes to the gradient of the encoder. */
export type BackwardProgram = Program<
  {
    readonly trainable: Arrays;
    readonly buffers: Arrays;
    readonly views: Named<HostArray>;
    readonly featureGradient: Named<HostArray>;
    readonly sum: Arrays;
  },
  { readonly sum: Arrays }
>;

export type UpdateProgram = Program<
  {
    readonly trainable: Arrays;
    readonly gradient: Arrays;
    readonly slots: Named<Arrays>;
    readonly scalars: Named<HostArray>;
  },
  { readonly trainable: Arrays; readonly slots: Named<Arrays>; readonly gradientNorm: HostArray }
>;

type Branches<T> = Record<string, Tree<T>>;

export async function traceEncode(
  specs: StepSpecs,
  numImages: number,
  { model }: StepProgramOptions,
): Promise<EncodeProgram> {
  const { trainable, buffers } = encoderOf(specs);
  const views = chunkViews(specs, numImages);
  const program = await trace({ trainable, buffers, views }, (given) => {
    const inputs = given as Branches<Tensor>;
    const mode = trainingMode();
    const parameters = join(inputs.trainable!, inputs.buffers ?? {});
    const features = encodeViews(model, parameters as never, tensorsOf(inputs.views), mode);
    return { features: nameViews(features), buffers: mode.updates.appliedTo(inputs.buffers ?? {}) };
  });
  return program as unknown as EncodeProgram;
}

export async function traceHead(specs: StepSpecs, { model, numGlobalViews }: StepProgramOptions): Promise<HeadProgram> {
  const { trainable, buffers } = projectorOf(specs);
  const features = featureSpecs(specs.views, model.encoder.featureDim);
  const program = await trace({ trainable, buffers, features, noise: specs.noise }, (given) => {
    const inputs = given as Branches<Tensor>;
    const projectorBuffers = inputs.buffers ?? {};
    const noise = (inputs.noise ?? {}) as Named<Tensor>;
    const mode = trainingMode();
    const differentiated = { projector: inputs.trainable!, features: inputs.features! };
    const { value, aux, gradient } = valueAndGradient<Branches<Tensor>, Branches<Tensor>>(differentiated, (at) => {
      const parameters = join(at.projector ?? {}, projectorBuffers);
      const projections = projectFeatures(model, parameters as never, tensorsOf(at.features), mode);
      const { total, terms } = model.objective.loss({ projections, numGlobalViews, noise }, model.objectiveConfig);
      const updated = mode.updates.appliedTo(projectorBuffers);
      return { value: total, aux: { terms, projections: projections[0]!, buffers: updated } };
    });
    const { buffers: nextBuffers = {}, ...seen } = aux;
    return { gradient, buffers: nextBuffers, report: { total: value, ...seen } };
  });
  return program as unknown as HeadProgram;
}

export async function traceBackward(
  specs: StepSpecs,
  numImages: number,
  { model }: StepProgramOptions,
): Promise<BackwardProgram> {
  const { trainable, buffers } = encoderOf(specs);
  const views = chunkViews(specs, numImages);
  const featureGradient = featureSpecs(views, model.encoder.featureDim);
  const program = await trace({ trainable, buffers, views, featureGradient, sum: trainable }, (given) => {
    const inputs = given as Branches<Tensor>;
    const gradients = tensorsOf(inputs.featureGradient);
    const { gradient } = valueAndGradient(inputs.trainable!, (encoder) => {
      const parameters = join(encoder, inputs.buffers ?? {});
      // In training mode as before, but what it records is dropped: encoding has recorded it.
      const features = encodeViews(model, parameters as never, tensorsOf(inputs.views), trainingMode());
      // Linear in the features with the gradient g as its slope: its gradient in w is (∂f/∂w)ᵀ g.
      const pulled = features.map((feature, v) => feature.mul(gradients[v]!).sum());
      return { value: pulled.reduce((sum, value) => sum.add(value)), aux: {} };
    });
    const parts = flattenTree<Tensor>(gradient, isTensor);
    return { sum: mapTree<Tensor, Tensor>(inputs.sum!, isTensor, (sum, path) => sum.add(parts.get(path)!)) };
  });
  return program as unknown as BackwardProgram;
}

export async function traceUpdate(specs: StepSpecs, options: StepProgramOptions): Promise<UpdateProgram> {
  const { trainable, slots, scalars } = specs;
  const program = await trace({ trainable, gradient: trainable, slots, scalars }, (given) => {
    return clipAndUpdate(given as unknown as UpdateTensors, options) as Tree<Tensor>;
  });
  return program as unknown as UpdateProgram;
}

/** The part of a tree of parameters that belongs to the encoder; nothing where it has none. */
export function encoderOf<T>({ trainable, buffers }: PartsOf<T>): PartsOf<T> {
  return { trainable: branch(trainable, "encoder"), buffers: branch(buffers, "encoder") };
}

export function projectorOf<T>({ trainable, buffers }: PartsOf<T>): PartsOf<T> {
  return { trainable: branch(trainable, "projector"), buffers: branch(buffers, "projector") };
}

interface PartsOf<T> {
  readonly trainable: Tree<T>;
  readonly buffers: Tree<T>;
}

function branch<T>(tree: Tree<T>, name: string): Tree<T> {
  return (tree as Readonly<Record<string, Tree<T>>>)[name] ?? {};
}

/** Features of these views: [B, F] each. */
export function featureSpecs(views: Named<TensorSpec>, featureDim: number): Named<TensorSpec> {
  const specs = Object.values(views).map(({ shape }) => float32Spec([shape[0]!, featureDim]));
  return Object.fromEntries(Object.keys(views).map((name, v) => [name, specs[v]!]));
}

function chunkViews({ views }: StepSpecs, numImages: number): Named<TensorSpec> {
  const entries = Object.entries(views);
  return Object.fromEntries(entries.map(([name, { shape }]) => [name, float32Spec([numImages, ...shape.slice(1)])]));
}

function nameViews(tensors: readonly Tensor[]): Named<Tensor> {
  return Object.fromEntries(tensors.map((tensor, v) => [`view${v}`, tensor]));
}

function tensorsOf(tree: Tree<Tensor> | undefined): Tensor[] {
  return [...flattenTree<Tensor>(tree ?? {}, isTensor).values()];
}
