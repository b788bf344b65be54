/**
 * A training step that encodes a batch in chunks, with the gradient of the whole: each image is encoded once without
 * gradient for the loss to see it among all others, and once more to pull its share of the gradient back. Memory grows
 * with the chunk, time by about a third. Of the batch itself only views, encodings and their gradients are held.
 *
 * An encoder that couples the images of a batch (BatchNorm) normalises each chunk by itself: then this is the exact
 * gradient of that other function. Its running statistics move once a chunk, in order.
 */
import {
  compile,
  type Executable,
  flattenTree,
  type HostArray,
  isHostArray,
  isSpec,
  mapTree,
  type Program,
  sizeOf,
  type TensorSpec,
  type Tree,
  unflattenTree,
  ValueError,
  zerosFor,
} from "../compute/index.js";
import { pooledArray, rowsOf, setRows } from "./batch-rows.js";
import {
  type BackwardProgram,
  type EncodedSpecs,
  type EncodeProgram,
  encoderOf,
  type HeadOutputs,
  headOf,
  imagesForHead,
  traceBackward,
  traceEncode,
  traceHead,
  traceUpdate,
  withRows,
} from "./chunk-programs.js";
import type { HostInputs, Named, StepArrays, StepOutputs, StepSpecs, TrainingStep } from "./training-step.js";
import type { StepOptions } from "./whole-step.js";

/** Images of a batch that are encoded together, and the programs for so many. */
interface Chunk {
  readonly from: number;
  readonly size: number;
  readonly encode: Running<EncodeProgram>;
  readonly backward: Running<BackwardProgram>;
}

type Running<P> = P extends Program<infer I, infer O> ? Executable<I, O> : never;
type Build = <I, O>(program: Program<I, O>) => Promise<Executable<I, O>>;
type GradientInputs = Omit<StepArrays & HostInputs, "slots" | "scalars" | "steadyScalars">;

/**
 * @param chunkSize images; a last chunk of fewer gets programs of its own
 * @throws ValueError for a chunk of no images
 */
export async function createChunkedStep(
  specs: StepSpecs,
  chunkSize: number,
  options: StepOptions,
): Promise<TrainingStep> {
  const build: Build = (program) => compile(program, options.engine, options.engineOptions);
  const { chunks, encodedSpecs } = await compileChunks(specs, chunkSize, options, build);
  const head = await build(await traceHead(specs, encodedSpecs, options));
  const update = await build(await traceUpdate(specs, options));
  const programs = [...new Set([...chunks.flatMap(({ encode, backward }) => [encode, backward]), head, update])];

  // Memory between the programs, written over in every step.
  const encoded = zerosFor(encodedSpecs.encoded) as Named<HostArray>; // [B, ...] a view
  const targets = zerosFor(encodedSpecs.targets) as Named<HostArray>;
  const headOutputs = zerosFor(specTree(head.program.outputs)) as unknown as HeadOutputs;
  const sums = [zerosFor(encoderOf(specs).trainable), zerosFor(encoderOf(specs).trainable)] as const;

  /** Encodings of the whole batch, chunk by chunk; buffers move on with each. */
  async function encodeAll({ views, masks, target, ...parameters }: GradientInputs) {
    const { trainable, ...online } = encoderOf<HostArray>(parameters);
    const itsEncoder = encoderOf<HostArray>(target);
    let { buffers } = online;
    let targetBuffers = itsEncoder.buffers;
    for (const { from, size, encode } of chunks) {
      const given = { trainable, buffers, target: { ...itsEncoder, buffers: targetBuffers } };
      const seen = { views: rowsOf(views, from, size), masks: rowsOf(masks, from, size) };
      const part = await encode.run({ ...given, ...seen });
      for (const [name, array] of Object.entries(part.encoded)) setRows(encoded[name]!, from, array);
      for (const [name, array] of Object.entries(part.targets ?? {})) setRows(targets[name]!, from, array);
      buffers = part.buffers ?? {};
      targetBuffers = part.targetBuffers ?? {};
    }
    return { buffers, targetBuffers };
  }

  /** What the encoder's parameters owe to the gradient in its encodings. */
  async function pullBack({ views, masks, ...parameters }: GradientInputs, encodedGradient: Named<HostArray>) {
    const encoder = encoderOf<HostArray>(parameters);
    let [sum, next] = sums;
    clear(sum);
    for (const { from, size, backward } of chunks) {
      const seen = { views: rowsOf(views, from, size), masks: rowsOf(masks, from, size) };
      const gradients = rowsOf(encodedGradient, from, size);
      await backward.run({ ...encoder, ...seen, encodedGradient: gradients, sum }, { sum: next });
      [sum, next] = [next, sum];
    }
    return sum;
  }

  /** Loss, its gradient and the next buffers: encodings chunk by chunk, the loss of all, back chunk by chunk. */
  async function lossAndGradient(inputs: GradientInputs) {
    const { actions, noise, scheduled, target } = inputs;
    const moved = await encodeAll(inputs);
    const given = { ...headOf<HostArray>(inputs), target: headOf<HostArray>(target), encoded, targets };
    const { gradient, report, ...next } = await head.run(
      { ...given, actions, noise, scheduled, ...imagesForHead(inputs, options.model) },
      headOutputs,
    );
    const sum = await pullBack(inputs, gradient.encoded);
    // The next step writes over what the head gave, and the state must outlive it.
    return {
      gradient: { encoder: sum, ...(gradient.modules as object) },
      buffers: { encoder: moved.buffers, ...(copyOf(next.buffers ?? {}) as object) },
      targetBuffers: { encoder: moved.targetBuffers, ...(copyOf(next.targetBuffers ?? {}) as object) },
      report: { ...report, features: pooledArray(Object.values(encoded)[0]!) },
    };
  }

  return {
    peakBytes: peakBytes(programs, [specs.views, encoded, targets, headOutputs, ...sums]),
    async run({ trainable, slots, scalars, steadyScalars, ...inputs }, into) {
      const { gradient, buffers, targetBuffers, report } = await lossAndGradient({ trainable, ...inputs });
      const { scheduled, target } = inputs;
      const given = { trainable, gradient, slots, target: target.trainable, scalars, steadyScalars, scheduled };
      const next = await update.run(given, into && placesOf(into));
      return {
        trainable: next.trainable,
        slots: next.slots,
        buffers,
        target: { trainable: next.target ?? {}, buffers: targetBuffers },
        report: { ...report, ...next.report },
      };
    },
    gradient: async (inputs) => (await lossAndGradient(inputs)).gradient,
    async dispose() {
      for (const program of programs) await program.dispose();
    },
  };
}

/** What the update of an earlier step gave. */
function placesOf({ trainable, slots, target, report }: StepOutputs) {
  const { gradientNorm, gradientNorms, targetDrift } = report;
  const measured = { gradientNorm, gradientNorms, ...(targetDrift && { targetDrift }) };
  return { trainable, slots, target: target.trainable, report: measured };
}

/** The chunks of a batch in order, with the programs for their sizes, and what all of them give together. */
async function compileChunks(
  specs: StepSpecs,
  chunkSize: number,
  options: StepOptions,
  build: Build,
): Promise<{ readonly chunks: Chunk[]; readonly encodedSpecs: EncodedSpecs }> {
  if (!(Number.isInteger(chunkSize) && chunkSize >= 1)) {
    throw new ValueError("train", "chunkSize", "a whole number, at least 1", chunkSize);
  }
  const batchSize = Object.values(specs.views)[0]!.shape[0]!;
  const bySize = new Map<number, Pick<Chunk, "encode" | "backward">>();
  const chunks: Chunk[] = [];
  let encodedSpecs: EncodedSpecs = { encoded: {}, targets: {} };
  for (let from = 0; from < batchSize; from += chunkSize) {
    const size = Math.min(chunkSize, batchSize - from);
    if (!bySize.has(size)) {
      const encode = await build(await traceEncode(specs, size, options));
      const { encoded = {}, targets = {} } = specTree(encode.program.outputs) as Readonly<
        Record<string, Named<TensorSpec>>
      >;
      const backward = await build(await traceBackward(specs, size, encoded, options));
      bySize.set(size, { encode, backward });
      encodedSpecs = { encoded: withRows(encoded, batchSize), targets: withRows(targets, batchSize) };
    }
    chunks.push({ from, size, ...bySize.get(size)! });
  }
  return { chunks, encodedSpecs };
}

/** At most: some of what is held is also counted as an input or output of a program. */
function peakBytes(programs: readonly { peakBytes: number | undefined }[], held: readonly unknown[]) {
  const peaks = programs.map((program) => program.peakBytes);
  if (!peaks.every((peak) => peak !== undefined)) return undefined;
  const bytes = held.flatMap((tree) => [...flattenTree(tree as Tree<TensorSpec>, isSpec).values()]).map(bytesOf);
  return Math.max(...peaks) + bytes.reduce((sum, size) => sum + size, 0);
}

function bytesOf({ shape }: TensorSpec): number {
  return 4 * sizeOf(shape);
}

function specTree(named: Program<unknown, unknown>["outputs"]): Tree<TensorSpec> {
  return unflattenTree<TensorSpec>(new Map(named.map((spec) => [spec.name, spec])));
}

function clear(tree: Tree<HostArray>): void {
  for (const { data } of flattenTree<HostArray>(tree, isHostArray).values()) data.fill(0);
}

function copyOf(tree: Tree<HostArray>): Tree<HostArray> {
  return mapTree<HostArray, HostArray>(tree, isHostArray, (array) => ({ ...array, data: array.data.slice() }));
}
