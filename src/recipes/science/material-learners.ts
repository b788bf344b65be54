/** Everything that reads conductivity off a material, from its share of white to a fine-tuned encoder. */
import { plainViews } from "../../augment/index.js";
import type { Engine, HostArray, Tree } from "../../compute/index.js";
import type { Features, ProgramCache } from "../../evaluate/index.js";
import { pixelComponents } from "../../evaluate/pixel-components.js";
import { createEmbedder, type RunFolder, untrainedEncoder } from "../../train/index.js";
import { trainedEncoder } from "../trained-encoder.js";
import { type Learner, ridgeLearner, trainedLearner } from "./label-efficiency.js";
import type { MaterialsTask } from "./materials-task.js";

/** Features of the measured materials, in the words of the table. */
export interface MaterialFeatures {
  readonly volumeFraction: Features;
  readonly pixels: Features;
  readonly components: Features;
  readonly randomInit: Features;
  readonly encoder: Features;
}

/** What is known of the measured materials without labels. */
export async function materialFeatures(
  folder: RunFolder,
  task: MaterialsTask,
  programs: ProgramCache,
  onStage?: (name: string) => void,
): Promise<MaterialFeatures> {
  const { config } = folder;
  const { measured, volumeFractions, pool } = task;
  const numImages = measured.numImages;
  const embed = async (name: string, encoder: Tree<HostArray>): Promise<Features> => {
    onStage?.(`embedding: ${name}`);
    const embedder = await createEmbedder(config, encoder);
    const { dim, features } = await embedder.embedSet(measured);
    await embedder.close();
    return { numImages, dim, values: features };
  };
  const rows = Array.from({ length: numImages }, (_, i) => i);
  const pixels = { numImages, dim: config.imageSize ** 2, values: plainViews(measured, rows, config.imageSize) };
  const encoder = await embed("encoder", await trainedEncoder(folder));
  const randomInit = await embed("random init", await untrainedEncoder(config, measured));
  onStage?.("principal components");
  return {
    // With its square, since conductivity is not linear in it.
    volumeFraction: { numImages, dim: 2, values: Float32Array.from(rows.flatMap((i) => powers(volumeFractions[i]!))) },
    pixels,
    components: await pixelComponents(pixels, pool, encoder.dim, config.seed, programs),
    randomInit,
    encoder,
  };
}

function powers(share: number): [number, number] {
  return [share, share * share];
}

/** The rows of the table: floors first. */
export async function materialLearners(
  folder: RunFolder,
  task: MaterialsTask,
  features: MaterialFeatures,
  supervisedSteps: number,
  engine: Engine,
): Promise<Learner[]> {
  const { config } = folder;
  const training = { config, engine, steps: supervisedSteps };
  return [
    ridgeLearner("volume fraction alone", features.volumeFraction, task, engine),
    ridgeLearner("pixels", features.pixels, task, engine),
    ridgeLearner(`PCA of pixels (${features.components.dim})`, features.components, task, engine),
    ridgeLearner("random init", features.randomInit, task, engine),
    ridgeLearner("self-supervised", features.encoder, task, engine),
    await trainedLearner(task, { name: "supervised from scratch", ...training }),
    await trainedLearner(task, { name: "self-supervised, tuned", ...training, start: await trainedEncoder(folder) }),
  ];
}
