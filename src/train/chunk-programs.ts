/**
 * A training step in chunks, as four programs. The gradient of a loss L of all encodings in the encoder's parameters w
 * is a sum over the images, whatever L couples:
 *   ∂L/∂w = Σ_chunks Σ_{i in chunk} (∂f_i/∂w)ᵀ g_i,   g_i = ∂L/∂f_i
 * so each chunk can be encoded again and pulled back by itself, once g is known of the whole batch.
 */

import type { HostArray } from "../compute/index.js";
import {
  type Branch,
  flattenTree,
  isTensor,
  mapTree,
  type Program,
  type Tensor,
  type TensorSpec,
  type Tree,
  trace,
  valueAndGradient,
} from "../compute/index.js";
import { join, targetMode, trainingMode } from "../nn/index.js";
import { encodeOnline, encodeTarget, lossOf } from "./forward.js";
import { actionsOf, namedOf, type StepProgramOptions } from "./step-program.js";
import type { Named, Parts, StepReport, StepSpecs } from "./training-step.js";
import { clipAndUpdate, moveTarget, type UpdateTensors } from "./update.js";

type Arrays = Tree<HostArray>;
type Modules = Readonly<Record<string, Branch<Tensor>>>;
type Given = Readonly<Record<string, Tree<Tensor>>>;

/** Of one chunk: its images, and what is hidden of them. */
interface ChunkInputs extends Parts<HostArray> {
  readonly views: Named<HostArray>;
  readonly masks: Named<HostArray>;
}

/** Encodings of one chunk, one array a view. BatchNorm's statistics move here, chunk by chunk. */
export type EncodeProgram = Program<
  ChunkInputs & { readonly target: Parts<HostArray> },
  {
    readonly encoded: Named<HostArray>;
    readonly targets?: Named<HostArray>;
    readonly buffers?: Arrays;
    readonly targetBuffers?: Arrays;
  }
>;

export interface HeadOutputs {
  readonly gradient: { readonly modules?: Arrays; readonly encoded: Named<HostArray> };
  readonly buffers?: Arrays;
  readonly targetBuffers?: Arrays;
  readonly report: Pick<StepReport, "total" | "terms" | "projections" | "positives">;
}

/** Loss of all encodings, and its gradient in them and in the head. */
export type HeadProgram = Program<
  Parts<HostArray> & {
    readonly target: Parts<HostArray>;
    readonly encoded: Named<HostArray>;
    readonly targets: Named<HostArray>;
    readonly views: Named<HostArray>;
    readonly actions: Named<HostArray>;
    readonly masks: Named<HostArray>;
    readonly noise: Named<HostArray>;
    readonly scheduled: Named<HostArray>;
  },
  HeadOutputs
>;

/** Adds to a sum what one chunk contributes to the gradient of the encoder. */
export type BackwardProgram = Program<
  ChunkInputs & { readonly encodedGradient: Named<HostArray>; readonly sum: Arrays },
  { readonly sum: Arrays }
>;

export type UpdateProgram = Program<
  {
    readonly trainable: Arrays;
    readonly gradient: Arrays;
    readonly slots: Named<Arrays>;
    readonly target: Arrays;
    readonly scalars: Named<HostArray>;
    readonly steadyScalars: Named<HostArray>;
    readonly scheduled: Named<HostArray>;
  },
  {
    readonly trainable: Arrays;
    readonly slots: Named<Arrays>;
    readonly target?: Arrays;
    readonly report: Pick<StepReport, "gradientNorm" | "gradientNorms" | "targetDrift">;
  }
>;

export async function traceEncode(
  specs: StepSpecs,
  numImages: number,
  { model, numGlobalViews }: StepProgramOptions,
): Promise<EncodeProgram> {
  const target = encoderOf(specs.target);
  const program = await trace({ ...encoderOf(specs), target, ...chunkOf(specs, numImages) }, (given) => {
    const { trainable = {}, buffers = {}, target = {}, ...inputs } = given as Given;
    const views = Object.values(namedOf(inputs.views));
    const mode = trainingMode();
    const encoded = encodeOnline(
      model,
      join(trainable, buffers) as Branch<Tensor>,
      { views, masks: namedOf(inputs.masks) },
      mode,
    );
    const outputs = { encoded: nameViews(encoded), buffers: mode.updates.appliedTo(buffers) };
    if (model.targetSpecs === undefined) return outputs as Tree<Tensor>;
    const targetParts = target as unknown as Partial<Parts<Tensor>>;
    const itsMode = targetMode();
    const parameters = join(targetParts.trainable ?? {}, targetParts.buffers ?? {}) as Branch<Tensor>;
    const targets = encodeTarget(model, parameters, views.slice(0, numGlobalViews), itsMode);
    const targetBuffers = itsMode.updates.appliedTo(targetParts.buffers ?? {});
    return { ...outputs, targets: nameViews(targets), targetBuffers } as Tree<Tensor>;
  });
  return program as unknown as EncodeProgram;
}

/** Specifications of the encodings of the whole batch, from those of a chunk. */
export interface EncodedSpecs {
  readonly encoded: Named<TensorSpec>;
  readonly targets: Named<TensorSpec>;
}

export async function traceHead(
  specs: StepSpecs,
  { encoded, targets }: EncodedSpecs,
  { model, numGlobalViews }: StepProgramOptions,
): Promise<HeadProgram> {
  const { actions, noise, scheduled } = specs;
  const inputSpecs = { ...headOf(specs), target: headOf(specs.target), encoded, targets, actions, noise, scheduled };
  const program = await trace({ ...inputSpecs, ...imagesForHead(specs, model) }, (given) => {
    const inputs = given as Given;
    const headBuffers = inputs.buffers ?? {};
    const { trainable = {}, buffers = {} } = (inputs.target ?? {}) as unknown as Partial<Parts<Tensor>>;
    const mode = trainingMode();
    const target = model.targetSpecs && {
      encoded: tensorsOf(inputs.targets),
      parameters: join(trainable, buffers) as Modules,
      mode: targetMode(),
    };
    const differentiated = { modules: inputs.trainable ?? {}, encoded: inputs.encoded! };
    const { value, aux, gradient } = valueAndGradient<Given, Given>(differentiated, (at) => {
      const parameters = join(at.modules ?? {}, headBuffers) as Modules;
      const { total, report } = lossOf(model, {
        online: { encoded: tensorsOf(at.encoded), parameters, mode },
        ...(target && { target }),
        views: Object.values(namedOf(inputs.views)),
        ...actionsOf(inputs.actions),
        masks: namedOf(inputs.masks),
        noise: namedOf(inputs.noise),
        scalars: namedOf(inputs.scheduled),
        numGlobalViews,
      });
      const updated = mode.updates.appliedTo(headBuffers);
      const targetBuffers = target?.mode.updates.appliedTo(buffers) ?? {};
      return { value: total, aux: { report: report as Tree<Tensor>, buffers: updated, targetBuffers } };
    });
    const { buffers: nextBuffers = {}, targetBuffers = {}, report } = aux;
    return {
      gradient,
      buffers: nextBuffers,
      targetBuffers,
      report: { total: value, ...(report as Modules) },
    } as Tree<Tensor>;
  });
  return program as unknown as HeadProgram;
}

export async function traceBackward(
  specs: StepSpecs,
  numImages: number,
  encodedGradient: Named<TensorSpec>,
  { model }: StepProgramOptions,
): Promise<BackwardProgram> {
  const encoder = encoderOf(specs);
  const inputSpecs = { ...encoder, ...chunkOf(specs, numImages), encodedGradient, sum: encoder.trainable };
  const program = await trace(inputSpecs, (given) => {
    const inputs = given as Given;
    const gradients = tensorsOf(inputs.encodedGradient);
    const seen = { views: Object.values(namedOf(inputs.views)), masks: namedOf(inputs.masks) };
    const { gradient } = valueAndGradient(inputs.trainable!, (encoder) => {
      const parameters = join(encoder, inputs.buffers ?? {}) as Branch<Tensor>;
      // In training mode as before, but what it records is dropped: encoding has recorded it.
      const encoded = encodeOnline(model, parameters, seen, trainingMode());
      // Linear in the encodings with the gradient g as its slope: its gradient in w is (∂f/∂w)ᵀ g.
      const pulled = encoded.map((encoding, v) => encoding.mul(gradients[v]!).sum());
      return { value: pulled.reduce((sum, value) => sum.add(value)), aux: {} };
    });
    const parts = flattenTree<Tensor>(gradient, isTensor);
    return { sum: mapTree<Tensor, Tensor>(inputs.sum!, isTensor, (sum, path) => sum.add(parts.get(path)!)) };
  });
  return program as unknown as BackwardProgram;
}

export async function traceUpdate(specs: StepSpecs, options: StepProgramOptions): Promise<UpdateProgram> {
  const { trainable, slots, scalars, steadyScalars, scheduled } = specs;
  const target = specs.target.trainable;
  const inputSpecs = { trainable, gradient: trainable, slots, target, scalars, steadyScalars, scheduled };
  const program = await trace(inputSpecs, (given) => {
    const inputs = given as Given;
    const { gradientNorm, gradientNorms, ...next } = clipAndUpdate(inputs as unknown as UpdateTensors, options);
    const moved = moveTarget(inputs.target, next.trainable, namedOf(inputs.scheduled));
    return { ...next, target: moved.target, report: { gradientNorm, gradientNorms, ...moved.report } } as Tree<Tensor>;
  });
  return program as unknown as UpdateProgram;
}

/** The part of trees of parameters that belongs to the encoder; nothing where it has none. */
export function encoderOf<T>({ trainable, buffers }: Parts<T>): Parts<T> {
  const encoder = (tree: Tree<T>) => (tree as Readonly<Record<string, Tree<T>>>).encoder ?? {};
  return { trainable: encoder(trainable), buffers: encoder(buffers) };
}

/** The part that belongs to the head. */
export function headOf<T>({ trainable, buffers }: Parts<T>): Parts<T> {
  const head = (tree: Tree<T>) => {
    const { encoder: _encoder, ...modules } = tree as Readonly<Record<string, Tree<T>>>;
    return modules;
  };
  return { trainable: head(trainable), buffers: head(buffers) };
}

/** What a head may read of the images themselves: where something is hidden, that is what it predicts. */
export function imagesForHead<T>(
  { views, masks }: { readonly views: Named<T>; readonly masks: Named<T> },
  { objective }: StepProgramOptions["model"],
): { readonly views: Named<T>; readonly masks: Named<T> } {
  return objective.needs.masking === "none" ? { views: {}, masks } : { views, masks };
}

function chunkOf({ views, masks }: StepSpecs, numImages: number) {
  return { views: withRows(views, numImages), masks: withRows(masks, numImages) };
}

/** The same specifications for another number of images. */
export function withRows(specs: Named<TensorSpec>, numImages: number): Named<TensorSpec> {
  const entries = Object.entries(specs);
  return Object.fromEntries(
    entries.map(([name, spec]) => [name, { ...spec, shape: [numImages, ...spec.shape.slice(1)] }]),
  );
}

function nameViews(tensors: readonly Tensor[]): Named<Tensor> {
  return Object.fromEntries(tensors.map((tensor, v) => [`view${v}`, tensor]));
}

function tensorsOf(tree: Tree<Tensor> | undefined): Tensor[] {
  return [...flattenTree<Tensor>(tree ?? {}, isTensor).values()];
}
