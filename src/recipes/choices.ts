/** From what the user chose and what the data is to a complete config. */
import { availableParallelism } from "node:os";
import { type PresetName, type SampleKind, type SampleRecipe, sampleKindOf, sampleKinds } from "../augment/index.js";
import { chooseEngine, lookUp, resolveOptions, ValueError } from "../compute/index.js";
import type { NumberOption } from "../compute/options.js";
import { type Samples, stepsPerEpoch } from "../data/index.js";
import { encoders } from "../encoders/catalog.js";
import type { EncoderDefinition } from "../encoders/index.js";
import { objectives } from "../objectives/catalog.js";
import type { Objective } from "../objectives/index.js";
import { projectorOptions } from "../objectives/projector.js";
import { type Optimizer, optimizers } from "../optim/index.js";
import { digestOf, type TrainCadence, type TrainConfig, warmupFor } from "../train/index.js";
import type { TrainChoices } from "./main-job.js";
import { requireOwnChoices, sampleChoicesOf } from "./sample-choices.js";

/** Views of images seen in a run whose length nobody chose: enough to learn from, and an evening at most on a laptop. */
const DEFAULT_IMAGES_SEEN = 1_000_000;
const FEWEST_EPOCHS = 10;
const MOST_EPOCHS = 400;
const LARGEST_BATCH = 256;
const MAX_GRADIENT_NORM = 10;
const WEIGHT_DECAY = 1e-4;

/**
 * A config with every choice made: the user's, then what suits the objective, then what suits the data.
 * @throws UnknownNameError or ValueError naming the choice that does not fit
 */
export async function chooseConfig(choices: TrainChoices, set: Samples): Promise<TrainConfig> {
  requireKnownChoices(choices);
  const kind = sampleKindOf(set);
  requireOwnChoices(choices, kind.name);
  const objective = objectiveNamed(choices.objective ?? sampleChoicesOf(set).defaultObjective);
  const encoder: EncoderDefinition = lookUp<EncoderDefinition>(
    "train",
    "encoder",
    encoders,
    choices.encoder ?? sampleChoicesOf(set).defaultEncoder(set, objective.needs),
  );
  const numbers = chooseNumbers(choices, set, encoder, objective);
  const { size: imageSize, batch: batchSize, chunk, learningRate, weightDecay, seed, threads: numThreads } = numbers;
  if (batchSize > set.numImages) {
    const nouns = `${kind.noun(imageSize)}s`;
    const hint = `Choose a smaller batch or add ${nouns}.`;
    throw new ValueError("train", "batch", `at most the ${set.numImages} ${nouns} there are`, batchSize, hint);
  }
  const clip = set.kind === "clips" ? { clipLength: set.settings.clipLength } : {};
  const views = chooseViews({ ...choices, objective: objective.name, ...clip }, imageSize, kind);
  const totalSteps = choices.steps ?? stepsFor(choices, set.numImages, batchSize);
  return {
    data: {
      source: choices.data,
      ...(choices.labels !== undefined && { labels: choices.labels }),
      ...(choices.holdOut !== undefined && { holdOut: choices.holdOut }),
      ...(choices.holdOutSeed !== undefined && { holdOutSeed: choices.holdOutSeed }),
      numImages: set.numImages,
      channels: set.channels,
      digest: digestOf(set),
      ...sampleChoicesOf(set).dataOf(set),
    },
    imageSize,
    objective: {
      name: objective.name,
      options: resolveOptions(objective.name, objective.options, choices.objectiveOptions),
    },
    encoder: { name: encoder.name, options: resolveOptions(encoder.name, encoder.options, choices.encoderOptions) },
    ...chooseProjector(objective, choices.projector),
    optimizer: chooseOptimizer(choices),
    views,
    numGlobalViews: chooseNumGlobalViews(choices, views, imageSize),
    batchSize,
    ...chunking(chunk, batchSize),
    totalSteps,
    warmupSteps: warmupFor(totalSteps),
    learningRate,
    finalLearningRate: 0,
    weightDecay,
    ...finalWeightDecay(objective, choices),
    maxGradientNorm: objective.training?.maxGradientNorm ?? MAX_GRADIENT_NORM,
    seed,
    engine: (await chooseEngine(choices.engine)).name,
    numThreads,
  };
}

/**
 * The views to train on, global ones first: those given in full, or the objective's own.
 * @throws UnknownNameError or ValueError for a recipe or a strength that does not fit
 */
export function chooseViews(
  choices: Pick<TrainChoices, "localViews" | "objective" | "views" | "strength" | "clipLength">,
  imageSize: number,
  kind: SampleKind = sampleKinds.images,
): SampleRecipe[] {
  const { views, strength = 1, localViews, clipLength } = choices;
  const objective = objectiveNamed(choices.objective);
  if (views !== undefined && localViews !== undefined) {
    throw new ValueError("train", "localViews", "left out where the views are given in full", localViews);
  }
  if (views === undefined) {
    const presets = [...objective.defaultViews, ...localPresets(objective, localViews)];
    return kind.viewsFor(presets, { size: imageSize, strength, ...(clipLength !== undefined && { clipLength }) });
  }
  if (views.length >= objective.needs.views) return views.map((view) => kind.parseRecipe(view));
  throw new ValueError("train", "views", `at least ${objective.needs.views} for ${objective.name}`, views.length);
}

/** Small crops beside the usual views, as many as were asked for: their number takes the place of the usual one. */
function localPresets(objective: Objective, count = 0): PresetName[] {
  const { localPreset, needs, name } = objective;
  if (count === 0) return [];
  if (!needs.localViews || localPreset === undefined) {
    const others = Object.values<Objective>(objectives).filter((other) => other.localPreset !== undefined);
    const hint = `${name} takes views of one kind. These take small ones too: ${others.map((o) => o.name).join(", ")}.`;
    throw new ValueError("train", "localViews", `0 for ${name}`, count, hint);
  }
  return Array<PresetName>(count).fill(localPreset);
}

/** How often to save and to look: about every half minute would be ideal, a number of steps keeps runs comparable. */
export function chooseCadence(choices: Partial<TrainChoices>, totalSteps: number): TrainCadence {
  const table = {
    checkpointEvery: count(Math.max(1, Math.min(200, Math.ceil(totalSteps / 10))), "steps between checkpoints"),
    metersEvery: count(Math.max(1, Math.min(50, Math.ceil(totalSteps / 40))), "steps between looks of the doctor"),
  };
  const cadence = resolveOptions("train", table, given(choices, table));
  if (choices.knnEvery === undefined) return cadence;
  const looks = { knnEvery: count(1, "steps between looks at kNN") };
  return { ...cadence, ...resolveOptions("train", looks, given(choices, looks)) };
}

/**
 * A saved config with the given choices put over it: what the user asks a resumed run to be. Where the images lie, where
 * the run lies, its time and its cadence are no part of its outcome and may be given as for the first start.
 * @throws UnknownNameError or ValueError for a choice that fits no run
 */
export function overrideConfig(saved: TrainConfig, choices: Partial<TrainChoices>): TrainConfig {
  requireKnownChoices(choices);
  const kind = sampleKindOf(saved.data);
  requireOwnChoices(choices, kind.name);
  const { chunkSize, ...rest } = saved;
  const { objective, encoder, data } = saved;
  const imageSize = choices.size ?? saved.imageSize;
  const { views, strength, localViews } = choices;
  const isOtherView = [views, strength, localViews].some((choice) => choice !== undefined);
  const objectiveName = choices.objective ?? objective.name;
  const batchSize = choices.batch ?? saved.batchSize;
  return {
    ...rest,
    data: {
      ...data,
      ...(choices.labels !== undefined && { labels: choices.labels }),
      ...(choices.holdOut !== undefined && { holdOut: choices.holdOut }),
      ...(choices.holdOutSeed !== undefined && { holdOutSeed: choices.holdOutSeed }),
      ...(data.series && { series: { ...data.series, ...given(choices, data.series) } }),
      ...(data.clips && { clips: { ...data.clips, ...given(choices, data.clips) } }),
    },
    imageSize,
    objective: { name: objectiveName, options: { ...objective.options, ...choices.objectiveOptions } },
    encoder: { name: choices.encoder ?? encoder.name, options: { ...encoder.options, ...choices.encoderOptions } },
    ...chooseProjector(
      { name: objectiveName, ...(saved.projector && { projector: saved.projector }) },
      choices.projector,
    ),
    ...(choices.optimizer !== undefined || choices.optimizerOptions !== undefined
      ? { optimizer: chooseOptimizer({ optimizer: saved.optimizer.name, ...choices }) }
      : {}),
    views: isOtherView ? chooseViews({ ...choices, objective: objectiveName }, imageSize, kind) : saved.views,
    numGlobalViews: choices.numGlobalViews ?? saved.numGlobalViews,
    batchSize,
    ...chunking(choices.chunk ?? chunkSize, batchSize),
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

function objectiveNamed(name = "simclr"): Objective {
  return lookUp<Objective>("train", "objective", objectives, name);
}

/** Choices that are numbers, each the user's or what suits the data. */
function chooseNumbers(choices: TrainChoices, set: Samples, encoder: EncoderDefinition, { training = {} }: Objective) {
  const batch = choices.batch ?? batchFor(set.numImages);
  const { usual } = optimizerNamed(choices.optimizer);
  const peak = usual.learningRate(batch, encoder.learningRate) * (training.learningRateFactor ?? 1);
  const decay = usual.weightDecay ?? training.weightDecay ?? WEIGHT_DECAY;
  const table = {
    size: sampleChoicesOf(set).sizeOption(set),
    batch: { default: batch, min: 2, integer: true, doc: "images a step" },
    chunk: count(batch, "images of a batch encoded at a time"),
    learningRate: { default: peak, min: 0, doc: "peak learning rate" },
    weightDecay: { default: decay, min: 0, doc: "weight decay" },
    seed: { default: 0, min: 0, integer: true, doc: "everything random follows from it" },
    threads: count(availableParallelism(), "threads of the engine"),
  };
  return resolveOptions("train", table, given(choices, table));
}

/** The objective's own projector with what was chosen; an objective without one has none to change. */
function chooseProjector(
  objective: Pick<Objective, "name" | "projector">,
  chosen: TrainChoices["projector"],
): Pick<TrainConfig, "projector"> {
  if (objective.projector !== undefined)
    return { projector: resolveOptions("projector", projectorOptions, { ...objective.projector, ...chosen }) };
  if (chosen === undefined || Object.keys(chosen).length === 0) return {};
  const hint = `${objective.name} predicts without one; see its options.`;
  throw new ValueError("train", "projector", `left out for ${objective.name}`, chosen, hint);
}

/** AdamW, or the one asked for. */
function chooseOptimizer({ optimizer = "adamw", optimizerOptions }: Partial<TrainChoices>): TrainConfig["optimizer"] {
  const { name, options } = optimizerNamed(optimizer);
  return { name, options: resolveOptions(name, options, optimizerOptions) };
}

function optimizerNamed(name = "adamw"): Optimizer {
  return lookUp<Optimizer>("train", "optimizer", optimizers, name);
}

/** A weight decay that the user set, or that is the optimizer's, stays where it was set. */
function finalWeightDecay({ training }: Objective, choices: TrainChoices): Pick<TrainConfig, "finalWeightDecay"> {
  const isOwn = choices.weightDecay !== undefined || optimizerNamed(choices.optimizer).usual.weightDecay !== undefined;
  const final = isOwn ? undefined : training?.finalWeightDecay;
  return final === undefined ? {} : { finalWeightDecay: final };
}

function count(standard: number, doc: string): NumberOption {
  return { default: standard, min: 1, integer: true, doc };
}

/** The choices that a table describes, those that were made. */
function given(choices: Partial<TrainChoices>, table: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(choices).filter(([name]) => Object.hasOwn(table, name)));
}

/** A chunk as large as the batch is no chunk. */
function chunking(chunk: number | undefined, batchSize: number): Pick<TrainConfig, "chunkSize"> {
  return chunk === undefined || chunk >= batchSize ? {} : { chunkSize: chunk };
}

function chooseNumGlobalViews(choices: TrainChoices, views: readonly SampleRecipe[], imageSize: number): number {
  const standard = Math.max(1, views.filter(({ size }) => size === imageSize).length);
  const table = { numGlobalViews: { ...count(standard, "views that are global"), max: views.length } };
  return resolveOptions("train", table, given(choices, table)).numGlobalViews;
}

/** The largest power of two that leaves at least four batches an epoch, up to 256; small sets get what they have. */
function batchFor(numImages: number): number {
  const quarter = Math.max(2, Math.floor(numImages / 4));
  return Math.min(LARGEST_BATCH, 2 ** Math.floor(Math.log2(quarter)));
}

function stepsFor(choices: Partial<TrainChoices>, numImages: number, batchSize: number): number {
  const epochs =
    choices.epochs ?? Math.min(MOST_EPOCHS, Math.max(FEWEST_EPOCHS, Math.round(DEFAULT_IMAGES_SEEN / numImages)));
  return Math.max(2, Math.round(epochs * stepsPerEpoch({ numImages, batchSize })));
}

/** A type knows the names of choices; a config file or plain JavaScript does not. */
const CHOICE_NAMES: Readonly<Record<keyof TrainChoices, true>> = {
  data: true,
  labels: true,
  holdOut: true,
  holdOutSeed: true,
  objective: true,
  objectiveOptions: true,
  encoder: true,
  encoderOptions: true,
  optimizer: true,
  optimizerOptions: true,
  projector: true,
  size: true,
  epochs: true,
  steps: true,
  minutes: true,
  batch: true,
  chunk: true,
  seed: true,
  learningRate: true,
  weightDecay: true,
  strength: true,
  localViews: true,
  views: true,
  numGlobalViews: true,
  engine: true,
  threads: true,
  out: true,
  checkpointEvery: true,
  metersEvery: true,
  knnEvery: true,
  window: true,
  stride: true,
  time: true,
  group: true,
  label: true,
  columns: true,
  missing: true,
  clipLength: true,
  frameStride: true,
  clipEvery: true,
};

/** Names, and the length of the run: it is said in one way, as a positive number. */
function requireKnownChoices(choices: Partial<TrainChoices>): void {
  for (const name of Object.keys(choices)) lookUp("train", "choice", CHOICE_NAMES, name);
  const lengths = (["epochs", "steps", "minutes"] as const).filter((name) => choices[name] !== undefined);
  if (lengths.length > 1) throw new ValueError("train", lengths.join(" and "), "given one without the other", "both");
  const { epochs = 1, steps = 1, minutes = 1 } = choices;
  if (!(Number.isInteger(steps) && steps >= 1))
    throw new ValueError("train", "steps", "a whole number, at least 1", steps);
  if (!(epochs > 0 && Number.isFinite(epochs))) throw new ValueError("train", "epochs", "more than 0", epochs);
  if (!(minutes > 0 && Number.isFinite(minutes))) throw new ValueError("train", "minutes", "more than 0", minutes);
}
