/** The pictures of a run, written into its folder. */
import { sampleKindOf } from "../augment/index.js";
import { chooseEngine, keyFor, Random } from "../compute/index.js";
import type { ImageSet, Labels, Samples } from "../data/index.js";
import {
  drawCurves,
  drawEmbeddingMap,
  drawNeighbors,
  drawPatchColours,
  type Features,
  type ImagePixels,
  ProgramCache,
  type Sheet,
  writePng,
} from "../evaluate/index.js";
import { embedTokens, type RunFolder } from "../train/index.js";
import { trainedEncoder } from "./trained-encoder.js";

const NUM_PATCH_PICTURES = 12;

/**
 * Draw curves, the map of the embedding, neighbours and patch colours.
 * @returns their paths
 */
export async function drawPictures(
  folder: RunFolder,
  set: Samples,
  features: Features,
  grouping: Labels | undefined,
  onStage: (name: string) => void,
): Promise<string[]> {
  const { config } = folder;
  const run = `${config.objective.name} on ${config.encoder.name}, ${config.totalSteps.toLocaleString("en-US")} steps`;
  const images = imagePixels(set);
  const noun = sampleKindOf(set).noun(config.imageSize);
  const labels = grouping?.classOf;
  const labelled = labels === undefined ? {} : { labels };
  const programs = new ProgramCache(await chooseEngine(config.engine));
  try {
    const seed = 0;
    const drawings: Record<string, () => Sheet | Promise<Sheet>> = {
      "curves.png": () => drawCurves({ lines: folder.readMetrics(), title: "Training", subtitle: run }),
      "neighbors.png": () =>
        drawNeighbors({ features, images, noun, ...labelled, programs, seed, title: `Nearest neighbours: ${run}` }),
      "map.png": () =>
        drawEmbeddingMap({
          ...{ features, images, noun },
          ...labelled,
          ...(grouping && { classNames: grouping.classNames }),
          seed,
          title: `Map of the embedding: ${run}`,
        }),
      ...(set.kind === undefined && { "patches.png": () => drawPatches(folder, set, seed, run) }),
    };
    const paths: string[] = [];
    for (const [name, draw] of Object.entries(drawings)) {
      if (name === "map.png" && set.numImages < 3) continue;
      onStage(`drawing ${name}`);
      const path = folder.fileNamed(name);
      await writePng(path, await draw());
      paths.push(path);
    }
    return paths;
  } finally {
    await programs.dispose();
  }
}

async function drawPatches(folder: RunFolder, set: ImageSet, seed: number, run: string): Promise<Sheet> {
  const indices = new Random(keyFor(seed, "patches")).permutation(set.numImages).subarray(0, NUM_PATCH_PICTURES);
  const { values, gridSize, dim } = await embedTokens(folder.config, await trainedEncoder(folder), set, indices);
  const images = imagePixels(set);
  return drawPatchColours({ tokens: values, gridSize, dim, indices, images, title: `Patch features: ${run}` });
}

/** Samples as pictures: images as they are, windows as lines. */
export function imagePixels(set: Samples): ImagePixels {
  const kind = sampleKindOf(set);
  const { size, channels } = kind.pictureOf(set, 0);
  return { size, channels, pixels: (index) => kind.pictureOf(set, index).pixels };
}
