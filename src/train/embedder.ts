/** Features of images from a trained (or an untrained) encoder: frozen, in evaluation mode, without augmentation. */
import { plainRecipeLike, plainViews } from "../augment/index.js";
import {
  chooseEngine,
  compile,
  float32,
  float32Spec,
  type HostArray,
  ShapeError,
  type Tensor,
  type Tree,
  trace,
  ValueError,
} from "../compute/index.js";
import type { PixelReader } from "../data/index.js";
import { evaluationMode } from "../nn/index.js";
import type { TrainConfig } from "./config.js";
import { buildModel } from "./model.js";

export interface EmbedOptions {
  readonly onProgress?: (done: number, total: number) => void;
  /** Also keep the token map of these many first images. */
  readonly numTokenMaps?: number;
}

export interface Embedded {
  readonly dim: number;
  /** float32 [n, dim] */
  readonly features: Float32Array;
  /** float32 [numTokenMaps, gridSize², dim] */
  readonly tokens: Float32Array;
  readonly gridSize: number;
}

export interface Embedder {
  readonly dim: number;
  /** Features of already normalised images, float32 [n, C, S, S]. */
  embedViews(views: Float32Array, numImages: number): Promise<Float32Array>;
  /** Features of a set. */
  embedSet(set: PixelReader, options?: EmbedOptions): Promise<Embedded>;
  close(): Promise<void>;
}

const CHUNK = 256;

/**
 * @param encoderParameters the tree under "encoder" of a model's parameters, buffers included
 */
export async function createEmbedder(config: TrainConfig, encoderParameters: Tree<HostArray>): Promise<Embedder> {
  const { encoder } = buildModel(config);
  const { imageSize } = config;
  const { channels } = config.data;
  let gridSize = 0;
  const specs = { parameters: encoder.parameters, images: float32Spec([CHUNK, channels, imageSize, imageSize]) };
  const program = await trace(specs, (given) => {
    const { parameters, images } = given as unknown as { parameters: never; images: Tensor };
    const encoding = encoder.encode(parameters, images, evaluationMode());
    gridSize = encoding.gridSize;
    return { features: encoding.features, tokens: encoding.tokens };
  });
  const engine = await chooseEngine(config.engine);
  const executable = await compile(program, engine, { numThreads: config.numThreads });
  const dim = encoder.featureDim;
  const imageLength = channels * imageSize * imageSize;
  const recipe = plainRecipeLike(config.views[0]!);

  const runChunk = async (views: Float32Array) => {
    const padded = new Float32Array(CHUNK * imageLength);
    padded.set(views);
    const images = float32(padded, [CHUNK, channels, imageSize, imageSize]);
    return executable.run({ parameters: encoderParameters, images } as never);
  };

  return {
    dim,
    async embedViews(views, numImages) {
      if (views.length !== numImages * imageLength) {
        throw new ShapeError("embedViews", "views", [numImages, channels, imageSize, imageSize], [views.length]);
      }
      const features = new Float32Array(numImages * dim);
      for (let from = 0; from < numImages; from += CHUNK) {
        const count = Math.min(CHUNK, numImages - from);
        const chunk = await runChunk(views.subarray(from * imageLength, (from + count) * imageLength));
        features.set(chunk.features.data.subarray(0, count * dim), from * dim);
      }
      return features;
    },
    async embedSet(set, { onProgress, numTokenMaps = 0 } = {}) {
      if (set.channels !== channels) throw new ValueError("embedSet", "set.channels", `${channels}`, set.channels);
      const { numImages } = set;
      const features = new Float32Array(numImages * dim);
      const numMaps = Math.min(numTokenMaps, numImages);
      const mapLength = gridSize * gridSize * dim;
      const tokens = new Float32Array(numMaps * mapLength);
      for (let from = 0; from < numImages; from += CHUNK) {
        const count = Math.min(CHUNK, numImages - from);
        const rows = Array.from({ length: count }, (_, i) => from + i);
        const chunk = await runChunk(plainViews(set, rows, recipe));
        features.set(chunk.features.data.subarray(0, count * dim), from * dim);
        const mapsHere = Math.max(0, Math.min(count, numMaps - from));
        if (mapsHere > 0) tokens.set(chunk.tokens.data.subarray(0, mapsHere * mapLength), from * mapLength);
        onProgress?.(from + count, numImages);
      }
      return { dim, features, tokens, gridSize };
    },
    close: () => executable.dispose(),
  };
}
