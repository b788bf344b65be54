/**
 * A training step that encodes a batch in chunks, with the gradient of the whole: each image is encoded once without
 * gradient for the loss to see it among all others, and once more to pull its share of the gradient back. Memory grows
 * with the chunk, time by about a third. Of the batch itself only views, features and their gradients are held.
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
import { rowsOf, setRows } from "./batch-rows.js";
import {
  type BackwardProgram,
  type EncodeProgram,
  encoderOf,
  featureSpecs,
  type HeadOutputs,
  projectorOf,
  traceBackward,
  traceEncode,
  traceHead,
  traceUpdate,
} from "./chunk-programs.js";
import type { HostInputs, StepArrays, StepSpecs, TrainingStep } from "./training-step.js";
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
type GradientInputs = Omit<StepArrays & HostInputs, "slots" | "scalars">;

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
  const chunks = await compileChunks(specs, chunkSize, options, build);
  const head = await build(await traceHead(specs, options));
  const update = await build(await traceUpdate(specs, options));
  const programs = [...new Set([...chunks.flatMap(({ encode, backward }) => [encode, backward]), head, update])];

  // Memory between the programs, written over in every step.
  const features = zerosFor(featureSpecs(specs.views, options.model.encoder.featureDim)); // [B, F] a view
  const headOutputs = zerosFor(specTree(head.program.outputs)) as unknown as HeadOutputs;
  const sums = [zerosFor(encoderOf(specs).trainable), zerosFor(encoderOf(specs).trainable)] as const;

  /** Loss, its gradient and the next buffers: features chunk by chunk, the loss of all, back chunk by chunk. */
  async function lossAndGradient({ views, noise, ...parameters }: GradientInputs) {
    const encoder = encoderOf<HostArray>(parameters);
    let encoderBuffers = encoder.buffers;
    for (const { from, size, encode } of chunks) {
      const given = { trainable: encoder.trainable, buffers: encoderBuffers, views: rowsOf(views, from, size) };
      const encoded = await encode.run(given);
      for (const [name, array] of Object.entries(encoded.features)) setRows(features[name]!, from, array);
      encoderBuffers = encoded.buffers ?? {};
    }

    const { gradient, report, buffers } = await head.run(
      { ...projectorOf<HostArray>(parameters), features, noise },
      headOutputs,
    );

    let [sum, next] = sums;
    clear(sum);
    for (const { from, size, backward } of chunks) {
      const featureGradient = rowsOf(gradient.features, from, size);
      await backward.run({ ...encoder, views: rowsOf(views, from, size), featureGradient, sum }, { sum: next });
      [sum, next] = [next, sum];
    }

    return {
      gradient: { encoder: sum, projector: gradient.projector ?? {} },
      // The next step writes over what the head gave, and the state must outlive it.
      buffers: { encoder: encoderBuffers, projector: copyOf(buffers ?? {}) },
      report: { ...report, features: Object.values(features)[0]! },
    };
  }

  return {
    peakBytes: peakBytes(programs, [specs.views, features, headOutputs, ...sums]),
    async run({ trainable, slots, scalars, ...inputs }, into) {
      const { gradient, buffers, report } = await lossAndGradient({ trainable, ...inputs });
      const places = into && { trainable: into.trainable, slots: into.slots, gradientNorm: into.report.gradientNorm };
      const { gradientNorm, ...next } = await update.run({ trainable, gradient, slots, scalars }, places);
      return { ...next, buffers, report: { ...report, gradientNorm } };
    },
    gradient: async (inputs) => (await lossAndGradient(inputs)).gradient,
    async dispose() {
      for (const program of programs) await program.dispose();
    },
  };
}

/** The chunks of a batch in order, with the programs for their sizes. */
async function compileChunks(
  specs: StepSpecs,
  chunkSize: number,
  options: StepOptions,
  build: Build,
): Promise<Chunk[]> {
  if (!(Number.isInteger(chunkSize) && chunkSize >= 1)) {
    throw new ValueError("train", "chunkSize", "a whole number, at least 1", chunkSize);
  }
  const batchSize = Object.values(specs.views)[0]!.shape[0]!;
  const bySize = new Map<number, Pick<Chunk, "encode" | "backward">>();
  const chunks: Chunk[] = [];
  for (let from = 0; from < batchSize; from += chunkSize) {
    const size = Math.min(chunkSize, batchSize - from);
    const programs = bySize.get(size) ?? {
      encode: await build(await traceEncode(specs, size, options)),
      backward: await build(await traceBackward(specs, size, options)),
    };
    bySize.set(size, programs);
    chunks.push({ from, size, ...programs });
  }
  return chunks;
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
