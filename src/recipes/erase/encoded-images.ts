/** What a model says of images: one vector, one for each place of its grid, and what its objective compares. */
import { plainRecipeLike, plainViews, type ViewRecipe } from "../../augment/index.js";
import {
  chooseEngine,
  compile,
  float32,
  float32Spec,
  type HostArray,
  sizeOf,
  type Tensor,
  type Tree,
  trace,
} from "../../compute/index.js";
import type { ImageSet } from "../../data/index.js";
import type { Features } from "../../evaluate/index.js";
import { evaluationMode, type ParameterSpec } from "../../nn/index.js";
import { buildModel, engineOptionsOf, type Model, type TrainConfig } from "../../train/index.js";

export interface EncodedImages {
  /** The features: what is kept after training. */
  readonly pooled: Features;
  /** One row a place: [numImages · gridSize², dim], places of an image one after the other. */
  readonly tokens: Features;
  readonly gridSize: number;
  /** What the objective compares, where that is one vector an image; dropped after training. */
  readonly projections?: Features;
}

/** The tree under "encoder", and of a trained model those of its head's modules. */
export type ModelParameters = { readonly encoder: Tree<HostArray> } & Readonly<Record<string, Tree<HostArray>>>;

const CHUNK = 256;

/** Everything in one pass over the images, at the size of training. Without the head's parameters there are no projections. */
export async function encodeImages(
  config: TrainConfig,
  parameters: ModelParameters,
  set: ImageSet,
): Promise<EncodedImages> {
  const model = buildModel(config);
  const hasProjections =
    comparesWholeViews(model) && Object.keys(model.head.modules).every((name) => name in parameters);
  const { imageSize } = config;
  const shape = [config.data.channels, imageSize, imageSize];
  const chosen = Object.keys(hasProjections ? model.specs : { encoder: true });
  const pick = <T>(tree: Readonly<Record<string, T>>) => Object.fromEntries(chosen.map((name) => [name, tree[name]!]));
  const specs = {
    parameters: pick(model.specs as Readonly<Record<string, Tree<ParameterSpec>>>),
    images: float32Spec([CHUNK, ...shape]),
  };
  const program = await trace(specs as never, (given) => passOf(model, given as never, hasProjections));
  const executable = await compile(program, await chooseEngine(config.engine), engineOptionsOf(config));
  const recipe = plainRecipeLike(config.views[0] as ViewRecipe);
  const outputs = new Map<string, Float32Array>();
  try {
    for (let first = 0; first < set.numImages; first += CHUNK) {
      const count = Math.min(CHUNK, set.numImages - first);
      const images = new Float32Array(CHUNK * sizeOf(shape));
      const rows = Array.from({ length: count }, (_, i) => first + i);
      images.set(plainViews(set, rows, recipe));
      const inputs = { parameters: pick(parameters), images: float32(images, [CHUNK, ...shape]) };
      const result = (await executable.run(inputs as never)) as Readonly<Record<string, HostArray>>;
      for (const [name, { data }] of Object.entries(result)) {
        const length = data.length / CHUNK;
        const whole = outputs.get(name) ?? new Float32Array(set.numImages * length);
        outputs.set(name, whole);
        whole.set(data.subarray(0, count * length), first * length);
      }
    }
  } finally {
    await executable.dispose();
  }
  const featuresOf = (name: string, rowsAnImage = 1): Features | undefined => {
    const values = outputs.get(name);
    const numImages = set.numImages * rowsAnImage;
    return values && { numImages, dim: values.length / numImages, values };
  };
  const gridSize = model.encoder.gridSizeOf(imageSize);
  const projections = featuresOf("projections");
  return {
    pooled: featuresOf("features")!,
    tokens: featuresOf("tokens", gridSize ** 2)!,
    gridSize,
    ...(projections && { projections }),
  };
}

/** Nothing hidden and no target: the head needs one view of an image, and gives one vector. */
function comparesWholeViews({ objective: { needs } }: Model): boolean {
  return needs.tokens === "pooled" && needs.masking === "none" && needs.target === "none";
}

function passOf(
  { encoder, head }: Model,
  { parameters, images }: { readonly parameters: Readonly<Record<string, never>>; readonly images: Tensor },
  hasProjections: boolean,
) {
  const mode = evaluationMode();
  const { features, tokens } = encoder.encode(parameters.encoder!, images, mode);
  if (!hasProjections) return { features, tokens };
  const online = { encoded: [features], parameters, mode };
  const { projections } = head.forward({ online, views: [images], masks: {}, scalars: {}, numGlobalViews: 1 });
  return { features, tokens, projections: projections[0]! };
}
