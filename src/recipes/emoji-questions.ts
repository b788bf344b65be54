/** What the demo asks its encoder about emoji it never saw, beside raw pixels and the untrained encoder. */
import { createViewMaker, parseRecipe, plainRecipeLike, recipeFor, type ViewRecipe } from "../augment/index.js";
import { chooseEngine, keyFor } from "../compute/index.js";
import { groupingOf, type ImageSet, indicesWhere, type Labels, subset } from "../data/index.js";
import { evaluateFeatures, type Features, type MatchTask, type Report } from "../evaluate/index.js";
import { createEmbedder, type Embedder, type RunFolder, type TrainConfig, untrainedEncoder } from "../train/index.js";
import { trainedEncoder } from "./trained-encoder.js";

/** Makes features of images as they are, or of an edited copy of each. */
interface FeatureSource {
  features(set: ImageSet, edit?: ViewRecipe): Promise<Features>;
}

/** The three that are compared: names as `evaluateFeatures` has them. */
interface Sources {
  readonly encoder: FeatureSource;
  readonly randomInit: FeatureSource;
  readonly rawPixels: FeatureSource;
}

/**
 * Three questions on ideas that were not trained on:
 *   category: kNN, linear probe and few-shot, learnt on the vendors and ideas of training, asked of an unseen vendor
 *   copies:   an edited picture (cropped, recoloured, flipped, blurred); which of all unseen pictures is its original?
 *   vendors:  a drawing of the unseen vendor; which of Twitter's drawings is the same emoji?
 */
export async function askAboutEmoji(
  folder: RunFolder,
  seen: ImageSet,
  unseen: ImageSet,
  unseenVendor: string,
  seed: number,
  onStage?: (name: string) => void,
): Promise<Report> {
  const { config } = folder;
  const drawnBy = (vendor: string) =>
    subset(
      unseen,
      indicesWhere(unseen, "vendor", (name) => name === vendor),
    );
  const [asked, gallery] = [drawnBy(unseenVendor), drawnBy("twitter")];
  const embedders = {
    encoder: await createEmbedder(config, await trainedEncoder(folder)),
    randomInit: await createEmbedder(config, await untrainedEncoder(config, seen)),
  };
  try {
    const sources: Sources = {
      encoder: encoderSource(config, embedders.encoder, seed),
      randomInit: encoderSource(config, embedders.randomInit, seed),
      rawPixels: pixelSource(config, seed),
    };
    onStage?.("embedding");
    const features = await bySource(sources, async (source) =>
      joined(await source.features(seen), await source.features(asked)),
    );
    const category = groupingOf("demo", seen, "category");
    return await evaluateFeatures({
      ...features,
      labels: Int32Array.from([...category.classOf, ...groupingOf("demo", asked, "category").classOf]),
      classNames: category.classNames,
      split: { train: range(0, seen.numImages), test: range(seen.numImages, seen.numImages + asked.numImages) },
      matches: {
        copies: await findCopies(sources, unseen, config),
        vendors: await findAcrossVendors(sources, asked, gallery),
      },
      seed,
      engine: await chooseEngine(config.engine),
      ...(onStage && { onProgress: onStage }),
    });
  } finally {
    await Promise.all(Object.values(embedders).map((embedder) => embedder.close()));
  }
}

/** An edit: up to half of the picture cut away, SimCLR's colour jitter for small images, mirrored or not, blurred. */
function editRecipe(config: TrainConfig): ViewRecipe {
  const plain = plainRecipeLike(config.views[0]!);
  return parseRecipe({
    size: config.imageSize,
    steps: [
      { name: "randomResizedCrop", scaleMin: 0.5, scaleMax: 0.9 },
      { name: "horizontalFlip" },
      { name: "colourJitter", brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, probability: 1 },
      { name: "gaussianBlur", kernelSize: 3, sigmaMin: 0.5, sigmaMax: 1 },
      ...plain.steps.slice(1),
    ],
  });
}

async function findCopies(sources: Sources, unseen: ImageSet, config: TrainConfig): Promise<MatchTask> {
  const edit = editRecipe(config);
  const found = await bySource(sources, async (source) => ({
    queries: await source.features(unseen, edit),
    gallery: await source.features(unseen),
  }));
  return { title: "the original of an edit", truth: range(0, unseen.numImages), ...found };
}

async function findAcrossVendors(sources: Sources, asked: ImageSet, gallery: ImageSet): Promise<MatchTask> {
  const positionOf = new Map(codePointsOf(gallery).map((codePoint, position) => [codePoint, position]));
  const both = codePointsOf(asked).flatMap((codePoint, row) => (positionOf.has(codePoint) ? [row] : []));
  const queries = subset(asked, both);
  const truth = Int32Array.from(codePointsOf(queries), (codePoint) => positionOf.get(codePoint)!);
  const found = await bySource(sources, async (source) => ({
    queries: await source.features(queries),
    gallery: await source.features(gallery),
  }));
  return { title: "same emoji, other vendor", truth, ...found };
}

function codePointsOf(set: ImageSet): string[] {
  const { classNames, classOf }: Labels = groupingOf("demo", set, "codePoint");
  return Array.from(classOf, (index) => classNames[index]!);
}

/** One after the other: they share the cores. */
async function bySource<T>(sources: Sources, make: (source: FeatureSource) => Promise<T>) {
  const encoder = await make(sources.encoder);
  const randomInit = await make(sources.randomInit);
  return { encoder, randomInit, rawPixels: await make(sources.rawPixels) };
}

function encoderSource(config: TrainConfig, embedder: Embedder, seed: number): FeatureSource {
  const plain = plainRecipeLike(config.views[0]!);
  return {
    async features(set, edit = plain) {
      const values = await embedder.embedViews(viewsOf(set, edit, seed), set.numImages);
      return { numImages: set.numImages, dim: embedder.dim, values };
    },
  };
}

function pixelSource(config: TrainConfig, seed: number): FeatureSource {
  const plain = recipeFor("none", { size: config.imageSize });
  return {
    async features(set, edit = plain) {
      const values = viewsOf(set, edit, seed);
      return { numImages: set.numImages, dim: values.length / set.numImages, values };
    },
  };
}

/** One view an image, the same for every source. */
function viewsOf(set: ImageSet, recipe: ViewRecipe, seed: number): Float32Array {
  const maker = createViewMaker(recipe, set.imageSize, set.channels);
  const views = new Float32Array(set.numImages * maker.length);
  for (let i = 0; i < set.numImages; i++) {
    maker.make(set.readPixels([i]), keyFor(seed, "edit", i), views, i * maker.length);
  }
  return views;
}

function joined(a: Features, b: Features): Features {
  const values = new Float32Array(a.values.length + b.values.length);
  values.set(a.values);
  values.set(b.values, a.values.length);
  return { numImages: a.numImages + b.numImages, dim: a.dim, values };
}

function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, i) => start + i);
}
