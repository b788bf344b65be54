/** What an encoder says of an image: one vector, and one for each place of its grid. */
import { plainRecipeLike, plainViews, type ViewRecipe } from "../../augment/index.js";
import {
  chooseEngine,
  compile,
  float32,
  float32Spec,
  type HostArray,
  type Tensor,
  type Tree,
  trace,
} from "../../compute/index.js";
import type { ImageSet } from "../../data/index.js";
import type { Features } from "../../evaluate/index.js";
import { evaluationMode } from "../../nn/index.js";
import { buildEncoder, engineOptionsOf, type TrainConfig } from "../../train/index.js";

export interface GridFeatures {
  readonly pooled: Features;
  /** One row a place: [numImages · gridSize², dim], places of an image one after the other. */
  readonly tokens: Features;
  readonly gridSize: number;
}

const CHUNK = 256;

/** Both, in one pass over the images, at the size of training. */
export async function gridFeatures(
  config: TrainConfig,
  parameters: Tree<HostArray>,
  set: ImageSet,
): Promise<GridFeatures> {
  const encoder = buildEncoder(config);
  const { imageSize } = config;
  const shape = [config.data.channels, imageSize, imageSize];
  const specs = { parameters: encoder.parameters, images: float32Spec([CHUNK, ...shape]) };
  const program = await trace(specs, (given) => {
    const { parameters, images } = given as unknown as { parameters: never; images: Tensor };
    const { features, tokens } = encoder.encode(parameters, images, evaluationMode());
    return { features, tokens };
  });
  const executable = await compile(program, await chooseEngine(config.engine), engineOptionsOf(config));
  const recipe = plainRecipeLike(config.views[0] as ViewRecipe);
  const dim = encoder.featureDim;
  const gridSize = encoder.gridSizeOf(imageSize);
  const imageLength = shape.reduce((product, size) => product * size, 1);
  const pooled = new Float32Array(set.numImages * dim);
  const tokens = new Float32Array(set.numImages * gridSize ** 2 * dim);
  try {
    for (let first = 0; first < set.numImages; first += CHUNK) {
      const count = Math.min(CHUNK, set.numImages - first);
      const images = new Float32Array(CHUNK * imageLength);
      images.set(
        plainViews(
          set,
          Array.from({ length: count }, (_, i) => first + i),
          recipe,
        ),
      );
      const result = await executable.run({ parameters, images: float32(images, [CHUNK, ...shape]) } as never);
      pooled.set(result.features.data.subarray(0, count * dim), first * dim);
      tokens.set(result.tokens.data.subarray(0, count * gridSize ** 2 * dim), first * gridSize ** 2 * dim);
    }
  } finally {
    await executable.dispose();
  }
  return {
    pooled: { numImages: set.numImages, dim, values: pooled },
    tokens: { numImages: set.numImages * gridSize ** 2, dim, values: tokens },
    gridSize,
  };
}
