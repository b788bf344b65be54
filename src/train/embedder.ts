/** Features of samples from a trained (or an untrained) encoder: frozen, in evaluation mode, without augmentation. */
import { plainSamples, type SampleReader, sampleKindOf } from "../augment/index.js";
import {
  chooseEngine,
  compile,
  float32,
  float32Spec,
  type HostArray,
  ShapeError,
  sizeOf,
  type Tensor,
  type Tree,
  trace,
  ValueError,
} from "../compute/index.js";
import { evaluationMode } from "../nn/index.js";
import type { TrainConfig } from "./config.js";
import { engineOptionsOf } from "./engine-options.js";
import { requireFiniteImages } from "./finite.js";
import { buildEncoder } from "./model.js";

export interface EmbedOptions {
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Embedded {
  readonly dim: number;
  /** float32 [n, dim] */
  readonly features: Float32Array;
}

export interface Embedder {
  readonly dim: number;
  /**
   * Features of already normalised images, float32 [n, C, S, S], or windows, [n, C, T].
   * @throws ShapeError for images of another size, ValueError for one that holds NaN or infinities
   */
  embedViews(views: Float32Array, numImages: number): Promise<Float32Array>;
  /** Features of a set. */
  embedSet(set: SampleReader, options?: EmbedOptions): Promise<Embedded>;
  close(): Promise<void>;
}

const CHUNK = 256;

/**
 * @param encoderParameters the tree under "encoder" of a model's parameters, buffers included
 */
export async function createEmbedder(config: TrainConfig, encoderParameters: Tree<HostArray>): Promise<Embedder> {
  const encoder = buildEncoder(config);
  const { channels } = config.data;
  const shape = sampleKindOf(config.data).shapeOf(channels, config.imageSize);
  const specs = { parameters: encoder.parameters, images: float32Spec([CHUNK, ...shape]) };
  const program = await trace(specs, (given) => {
    const { parameters, images } = given as unknown as { parameters: never; images: Tensor };
    return { features: encoder.encode(parameters, images, evaluationMode()).features };
  });
  const engine = await chooseEngine(config.engine);
  const executable = await compile(program, engine, engineOptionsOf(config));
  const dim = encoder.featureDim;
  const imageLength = sizeOf(shape);
  const recipe = config.views[0]!;

  const runChunk = async (views: Float32Array) => {
    const padded = new Float32Array(CHUNK * imageLength);
    padded.set(views);
    const images = float32(padded, [CHUNK, ...shape]);
    return executable.run({ parameters: encoderParameters, images } as never);
  };

  return {
    dim,
    async embedViews(views, numImages) {
      if (views.length !== numImages * imageLength) {
        throw new ShapeError("embedViews", "views", [numImages, ...shape], [views.length]);
      }
      requireFiniteImages("embedViews", views, numImages, (row) => `image ${row}`);
      const features = new Float32Array(numImages * dim);
      for (let from = 0; from < numImages; from += CHUNK) {
        const count = Math.min(CHUNK, numImages - from);
        const chunk = await runChunk(views.subarray(from * imageLength, (from + count) * imageLength));
        features.set(chunk.features.data.subarray(0, count * dim), from * dim);
      }
      return features;
    },
    async embedSet(set, { onProgress } = {}) {
      if (set.channels !== channels) throw new ValueError("embedSet", "set.channels", `${channels}`, set.channels);
      const { numImages } = set;
      const features = new Float32Array(numImages * dim);
      for (let from = 0; from < numImages; from += CHUNK) {
        const count = Math.min(CHUNK, numImages - from);
        const rows = Array.from({ length: count }, (_, i) => from + i);
        const chunk = await runChunk(plainSamples(set, rows, recipe));
        features.set(chunk.features.data.subarray(0, count * dim), from * dim);
        onProgress?.(from + count, numImages);
      }
      return { dim, features };
    },
    close: () => executable.dispose(),
  };
}
