/** From what the user chose and what the data is to a complete config. */
import { availableParallelism } from "node:os";
import { parseRecipe, recipeFor, type ViewRecipe } from "../augment/index.js";
import { chooseEngine, lookUp, resolveOptions, ValueError } from "../compute/index.js";
import { type ImageSet, stepsPerEpoch } from "../data/index.js";
import { encoders } from "../encoders/catalog.js";
import type { EncoderDefinition } from "../encoders/index.js";
import { objectives } from "../objectives/catalog.js";
import type { Objective } from "../objectives/index.js";
import { projectorOptions } from "../objectives/projector.js";
import { adamw } from "../optim/index.js";
import { type TrainCadence, type TrainConfig, warmupFor } from "../train/index.js";
import type { TrainChoices } from "./main-job.js";

/** Views of images seen in a run whose length nobody chose: enough to learn from, and an evening at most on a laptop. */
const DEFAULT_IMAGES_SEEN = 1_000_000;
const FEWEST_EPOCHS = 10;
const MOST_EPOCHS = 400;
/** Larger images are shrunk to this unless a size is chosen: on a CPU views a second count more than pixels. */
export const DEFAULT_IMAGE_SIZE = 64;
const SIZE_STEP = 8;
const LARGEST_BATCH = 256;

/**
 * A config with every choice made: the user's, then what suits the objective, then what suits the data.
 * @throws UnknownNameError or ValueError naming the choice that does not fit
 */
export async function chooseConfig(choices: TrainChoices, set: ImageSet): Promise<TrainConfig> {
  const objective: Objective = lookUp<Objective>("train", "objective", objectives, choices.objective ?? "simclr");
  const encoder: EncoderDefinition = lookUp<EncoderDefinition>(
    "train",
    "encoder",
    encoders,
    choices.encoder ?? "convnet",
  );
  const imageSize = choices.size ?? sizeFor(set);
  const batchSize = choices.batch ?? batchFor(set.numImages);
  const views = choices.views?.map(parseRecipe) ?? defaultViews(objective, imageSize, choices.strength ?? 1);
  const totalSteps = choices.steps ?? stepsFor(choices, set.numImages, batchSize);
  if (choices.batch !== undefined) stepsPerEpoch({ numImages: set.numImages, batchSize });
  return {
    data: {
      source: choices.data,
      ...(choices.labels !== undefined && { labels: choices.labels }),
      numImages: set.numImages,
      channels: set.channels,
    },
    imageSize,
    objective: {
      name: objective.name,
      options: resolveOptions(objective.name, objective.options, choices.objectiveOptions),
    },
    encoder: { name: encoder.name, options: resolveOptions(encoder.name, encoder.options, choices.encoderOptions) },
    projector: resolveOptions("projector", projectorOptions, { ...objective.projector, ...choices.projector }),
    optimizer: { name: adamw.name, options: resolveOptions(adamw.name, adamw.options) },
    views,
    numGlobalViews: choices.numGlobalViews ?? views.filter(({ size }) => size === imageSize).length,
    batchSize,
    totalSteps,
    warmupSteps: warmupFor(totalSteps),
    learningRate: choices.learningRate ?? (encoder.name === "vit" ? 5e-4 : 1e-3) * Math.sqrt(batchSize / LARGEST_BATCH),
    finalLearningRate: 0,
    weightDecay: choices.weightDecay ?? 1e-4,
    maxGradientNorm: 10,
    seed: wholeNumber("seed", choices.seed ?? 0),
    engine: (await chooseEngine(choices.engine)).name,
    numThreads: choices.threads ?? availableParallelism(),
  };
}

/** How often to save and to look: about every half minute would be ideal, a number of steps keeps runs comparable. */
export function chooseCadence(choices: Partial<TrainChoices>, totalSteps: number): TrainCadence {
  return {
    checkpointEvery: choices.checkpointEvery ?? Math.max(1, Math.min(200, Math.ceil(totalSteps / 10))),
    metersEvery: choices.metersEvery ?? Math.max(1, Math.min(50, Math.ceil(totalSteps / 40))),
  };
}

/**
 * A saved config with the given choices put over it: what the user asks a resumed run to be.
 * @throws ValueError for a choice that only a new run can make
 */
export function overrideConfig(saved: TrainConfig, choices: Partial<TrainChoices>): TrainConfig {
  const { objective, encoder, data } = saved;
  return {
    ...saved,
    data: {
      ...data,
      source: choices.data ?? data.source,
      ...(choices.labels !== undefined && { labels: choices.labels }),
    },
    imageSize: choices.size ?? saved.imageSize,
    objective: {
      name: choices.objective ?? objective.name,
      options: { ...objective.options, ...choices.objectiveOptions },
    },
    encoder: { name: choices.encoder ?? encoder.name, options: { ...encoder.options, ...choices.encoderOptions } },
    projector: { ...saved.projector, ...choices.projector },
    views: choices.views ?? saved.views,
    numGlobalViews: choices.numGlobalViews ?? saved.numGlobalViews,
    batchSize: choices.batch ?? saved.batchSize,
    totalSteps:
      choices.steps ??
      (choices.epochs === undefined ? saved.totalSteps : stepsFor(choices, data.numImages, saved.batchSize)),
    learningRate: choices.learningRate ?? saved.learningRate,
    weightDecay: choices.weightDecay ?? saved.weightDecay,
    seed: choices.seed ?? saved.seed,
    engine: choices.engine ?? saved.engine,
    numThreads: choices.threads ?? saved.numThreads,
  };
}

/** The side of the cached images if small, rounded down so that every encoder divides it. */
function sizeFor(set: ImageSet): number {
  const fitting = Math.min(DEFAULT_IMAGE_SIZE, set.imageSize);
  return Math.max(SIZE_STEP, Math.floor(fitting / SIZE_STEP) * SIZE_STEP);
}

/** The largest power of two that leaves at least four batches an epoch, up to 256; small sets get what they have. */
function batchFor(numImages: number): number {
  const quarter = Math.max(2, Math.floor(numImages / 4));
  return Math.min(LARGEST_BATCH, 2 ** Math.floor(Math.log2(quarter)));
}

function stepsFor(choices: Partial<TrainChoices>, numImages: number, batchSize: number): number {
  const epochs =
    choices.epochs ?? Math.min(MOST_EPOCHS, Math.max(FEWEST_EPOCHS, Math.round(DEFAULT_IMAGES_SEEN / numImages)));
  if (!(epochs > 0)) throw new ValueError("train", "epochs", "more than 0", epochs);
  return Math.max(2, Math.round(epochs * stepsPerEpoch({ numImages, batchSize })));
}

function defaultViews(objective: Objective, size: number, strength: number): ViewRecipe[] {
  return objective.defaultViews.map((preset) => recipeFor(preset, { size, strength }));
}

function wholeNumber(argument: string, value: number): number {
  if (!Number.isInteger(value) || value < 0)
    throw new ValueError("train", argument, "a whole number, at least 0", value);
  return value;
}
