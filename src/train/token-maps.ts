/** What an encoder sees at each place of an image: its token map, finer than in training where the encoder allows it. */
import { plainRecipeLike, plainViews } from "../augment/index.js";
import { chooseEngine, float32, type HostArray, runOnce, type Tensor, type Tree } from "../compute/index.js";
import type { PixelReader } from "../data/index.js";
import { evaluationMode } from "../nn/index.js";
import type { TrainConfig } from "./config.js";
import { buildEncoder } from "./model.js";

export interface TokenMaps {
  /** float32 [n, gridSize², dim], places row by row. */
  readonly values: Float32Array;
  readonly gridSize: number;
  readonly dim: number;
}

/** A grid of fewer places a side shows hardly more than corners: such images are enlarged before they are encoded. */
const FINE_GRID = 8;
const MOST_PIXELS = 256;

/**
 * Token maps of some images.
 * @param encoderParameters the tree under "encoder" of a model's parameters, buffers included
 * @param rows which images of the set; few, they pass through the encoder at once
 */
export async function embedTokens(
  config: TrainConfig,
  encoderParameters: Tree<HostArray>,
  set: PixelReader,
  rows: ArrayLike<number>,
): Promise<TokenMaps> {
  const { imageSize } = config;
  const atTrainingSize = await tokensAt(imageSize, config, encoderParameters, set, rows);
  const factor = Math.min(Math.ceil(FINE_GRID / atTrainingSize.gridSize), Math.floor(MOST_PIXELS / imageSize));
  return factor <= 1 ? atTrainingSize : tokensAt(factor * imageSize, config, encoderParameters, set, rows);
}

async function tokensAt(
  size: number,
  config: TrainConfig,
  parameters: Tree<HostArray>,
  set: PixelReader,
  rows: ArrayLike<number>,
): Promise<TokenMaps> {
  const encoder = buildEncoder(config);
  const recipe = { ...plainRecipeLike(config.views[0]!), size };
  const images = float32(plainViews(set, rows, recipe), [rows.length, config.data.channels, size, size]);
  let gridSize = 0;
  const body = (inputs: { parameters: Tree<Tensor>; images: Tensor }) => {
    const encoding = encoder.encode(inputs.parameters as never, inputs.images, evaluationMode());
    gridSize = encoding.gridSize;
    return { tokens: encoding.tokens };
  };
  const engine = await chooseEngine(config.engine);
  const { tokens } = await runOnce({ parameters, images }, (given) => body(given as never), engine);
  return { values: tokens.data as Float32Array, gridSize, dim: encoder.featureDim };
}
