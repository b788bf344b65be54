/** Evaluate a run: what its encoder knows, beside its floors, as a table, report.json and pictures. */
import { plainSamples, sampleKindOf } from "../augment/index.js";
import { chooseEngine, type HostArray, lookUp, type Tree, ValueError } from "../compute/index.js";
import {
  type ClipSet,
  type ColumnOptions,
  type LabelColumns,
  type Labels,
  type OnProgress,
  type Samples,
  selectClips,
} from "../data/index.js";
import {
  type EvaluatedCheckpoint,
  type EvaluationTask,
  evaluateFeatures,
  evaluateThoroughly,
  type Features,
  type Report,
  renderReport,
  THOROUGH_PARTS,
  type ThoroughPart,
  type ThoroughReport,
} from "../evaluate/index.js";
import { createEmbedder, RunFolder, type TrainConfig, untrainedEncoder, writeJsonAtomic } from "../train/index.js";
import { drawPictures } from "./draw-pictures.js";
import { allRowsOf, limitLabels, onlyRows, selectLabels, splitRows } from "./evaluate-split.js";
import { chooseGrouping, columnsFor, evaluateTasks, isMultitask, learnableColumns } from "./evaluate-tasks.js";
import { bestLook } from "./knn-hook.js";
import { openSamplesOf } from "./run-samples.js";
import { requireOwnChoices } from "./sample-choices.js";
import { trainedEncoder } from "./trained-encoder.js";
import { type EvaluateWorldOptions, evaluateWorld, type WorldReport } from "./worlds/evaluate-world.js";

export interface EvaluateOptions {
  /** Other images than the run was trained on. */
  readonly data?: string;
  readonly labels?: string;
  /** Of a series: the column of classes, if it is not the run's. */
  readonly label?: string;
  /** Which grouping of the data is the label: "labels", or an attribute such as "category". */
  readonly grouping?: string;
  /** Of a run that predicts several futures: one of the same settings that knows one. */
  readonly twin?: string;
  readonly seed?: number;
  /** Let the probes learn from at most so many labels, drawn by the seed; default all. */
  readonly numLabels?: number;
  /** Also what takes training with labels: attentive probe, fine-tuning, label efficiency. Default none. */
  readonly thorough?: readonly ThoroughPart[];
  /** Columns of the labels file that are tasks, and what they are; default all, as they look. */
  readonly columns?: ColumnOptions;
  /** Also draw the pictures; default true. */
  readonly pictures?: boolean;
  /** Also score raw pixels and their principal components, which are the same for all runs on these images; default true. */
  readonly pixelFloors?: boolean;
}

export interface EvaluateObserver {
  readonly onData?: OnProgress;
  readonly onStage?: (name: string, done: number, total: number) => void;
}

export interface Evaluation {
  readonly report: Report;
  /** Of a run that predicts: what its states, futures and expectations are worth. */
  readonly world?: WorldReport;
  /** The report as a table. */
  readonly text: string;
  /** Paths of the pictures. */
  readonly pictures: readonly string[];
}

const FEWEST_IMAGES = 4;
const MOST_CLIPS = 4000;
const PARTS = Object.fromEntries(THOROUGH_PARTS.map((part) => [part, true]));

/**
 * Evaluate a run on its own images or on others, by the protocol of docs/protocol.md. Probes are scored on the images that training held out; without any, they
 * learn on three quarters and are scored on the rest, which the encoder then saw in training, without their labels.
 * Where there are no labels there are only label-free metrics and pictures. A labels file with several columns also gets a head
 * for each column, all trained together.
 * @throws DarkmatterError if there is no run, no checkpoint, or labels that do not fit
 */
export async function evaluateRun(
  path: string,
  options: EvaluateOptions = {},
  observer: EvaluateObserver = {},
): Promise<Evaluation> {
  for (const part of options.thorough ?? []) lookUp("eval", "probe", PARTS, part);
  const folder = await RunFolder.open(path);
  const { config } = folder;
  const whole = await openForEvaluation(folder, options, observer);
  const set = whole.kind === "clips" ? someClips(whole) : whole;
  try {
    if (set.numImages < FEWEST_IMAGES) {
      const hint = "Probes learn on some images and are scored on others.";
      throw new ValueError("eval", "data", `at least ${FEWEST_IMAGES} images`, set.numImages, hint);
    }
    const seed = options.seed ?? 0;
    const table = await columnsFor(set, options.labels ?? config.data.labels, options.columns);
    const grouping = chooseGrouping(set, options.grouping, table);
    const split = limitLabels(splitRows(config, set, grouping, seed), options.numLabels, seed);
    const columns = learnableColumns(table, split, options.columns?.only !== undefined);
    const asked = options.pictures === false ? onlyRows(set, split) : allRowsOf(set, split);
    const labels = grouping && selectLabels(grouping, asked.rows);
    const features = await featuresOf(folder, asked.set, set, observer);
    const task: EvaluationTask = {
      encoder: features.encoder,
      randomInit: features.randomInit,
      ...(options.pixelFloors !== false && { rawPixels: plainFeatures(config, asked.set) }),
      ...(labels && { labels: labels.classOf, classNames: labels.classNames }),
      split: asked.split,
      seed,
      engine: await chooseEngine(config.engine),
      onProgress: (what) => observer.onStage?.(what, 0, 0),
    };
    const scores = await evaluateFeatures(task);
    const tasks = isMultitask(columns) ? await evaluateTasks(columns, asked.rows, task, config) : undefined;
    const thorough = labels && (await thoroughPart(folder, asked.set, labels, task, options.thorough ?? []));
    const notes = notesOn(config, set, columns);
    const noun = sampleKindOf(set).noun(config.imageSize);
    const report: Report = {
      ...scores,
      ...(noun !== "image" && { noun }),
      checkpoint: await checkpointOf(folder),
      ...(tasks && { tasks }),
      ...(thorough && { thorough }),
      ...(notes.length > 0 && { notes }),
    };
    const world =
      whole.kind === "clips" ? await evaluateWorld(folder, whole, worldOptions(options, observer)) : undefined;
    await writeJsonAtomic(folder.fileNamed("report.json"), { ...report, ...(world && { world: world.report }) });
    const pictures =
      options.pictures === false
        ? []
        : await drawPictures(folder, set, features.encoder, grouping, (name) => observer.onStage?.(name, 0, 0));
    const text = world ? `${world.text}\n\n${renderReport(report)}` : renderReport(report);
    return { report, ...(world && { world: world.report }), text, pictures };
  } finally {
    whole.close();
  }
}

function worldOptions({ twin, seed }: EvaluateOptions, { onStage }: EvaluateObserver): EvaluateWorldOptions {
  return {
    ...(twin !== undefined && { twin }),
    ...(seed !== undefined && { seed }),
    ...(onStage && { onProgress: (text: string) => onStage(text, 0, 0) }),
  };
}

/** The run's own images, or others in the channels that its encoder takes. */
function openForEvaluation(
  folder: RunFolder,
  { data, labels, label }: EvaluateOptions,
  observer: EvaluateObserver,
): Promise<Samples> {
  const { kind = "images" } = folder.config.data;
  requireOwnChoices({ ...(labels !== undefined && { labels }), ...(label !== undefined && { label }) }, kind, "eval");
  const others = {
    ...(data !== undefined && { data }),
    ...(labels !== undefined && { labels }),
    ...(label !== undefined && { label }),
  };
  return openSamplesOf(folder, "eval", others, observer);
}

/** Clips overlap: of very many some tell as much, spread evenly, as a set of their own. */
function someClips(set: ClipSet): ClipSet {
  if (set.numImages <= MOST_CLIPS) return set;
  const { indices: _indices, ...own } = selectClips(
    set,
    Array.from({ length: MOST_CLIPS }, (_, i) => Math.floor((i * set.numImages) / MOST_CLIPS)),
  );
  return own;
}

interface RunFeatures {
  readonly encoder: Features;
  readonly randomInit: Features;
}

/**
 * Features of a set from the trained encoder, and from the same encoder before training.
 * @param whole the images that the latter's BatchNorm statistics are measured on
 */
async function featuresOf(
  folder: RunFolder,
  set: Samples,
  whole: Samples,
  observer: EvaluateObserver,
): Promise<RunFeatures> {
  const { config } = folder;
  const encoder = await trainedFeatures(folder, set, observer);
  const randomInit = await embed(config, await untrainedEncoder(config, whole), set, "random init", observer);
  return { encoder, randomInit };
}

/** Features of a set from the trained encoder. */
export async function trainedFeatures(folder: RunFolder, set: Samples, observer: EvaluateObserver) {
  return embed(folder.config, await trainedEncoder(folder), set, "encoder", observer);
}

async function embed(
  config: TrainConfig,
  encoder: Tree<HostArray>,
  set: Samples,
  name: string,
  { onStage }: EvaluateObserver,
) {
  const embedder = await createEmbedder(config, encoder);
  try {
    const onProgress = (done: number, total: number) => onStage?.(`embedding: ${name}`, done, total);
    const { features, dim } = await embedder.embedSet(set, { onProgress });
    return { numImages: set.numImages, dim, values: features };
  } finally {
    await embedder.close();
  }
}

/** Pixels at the training size, or the values of a window, as features. */
function plainFeatures({ views }: TrainConfig, set: Samples): Features {
  const rows = Array.from({ length: set.numImages }, (_, i) => i);
  const values = plainSamples(set, rows, views[0]!);
  return { numImages: set.numImages, dim: values.length / set.numImages, values };
}

/** What training with labels adds, on the labelled samples. */
async function thoroughPart(
  folder: RunFolder,
  set: Samples,
  { classNames, classOf: labels }: Labels,
  { encoder: features, split, seed, onProgress }: EvaluationTask,
  parts: readonly ThoroughPart[],
): Promise<ThoroughReport | undefined> {
  if (parts.length === 0) return undefined;
  const labelled = (rows: ArrayLike<number>) => Array.from(rows).filter((row) => labels[row]! >= 0);
  return evaluateThoroughly({
    config: folder.config,
    encoder: await trainedEncoder(folder),
    ...{ set, features, labels, parts, seed },
    numClasses: classNames.length,
    train: labelled(split.train),
    test: labelled(split.test),
    ...(onProgress && { onProgress }),
  });
}

/** Which state was evaluated, and how it compares with the best one that the run saw. */
async function checkpointOf(folder: RunFolder): Promise<EvaluatedCheckpoint> {
  const best = bestLook(folder.readMetrics());
  const { totalSteps } = folder.config;
  return { kind: "last", step: await folder.savedStep(), totalSteps, ...(best && { best }) };
}

/** What a reader of the numbers should know about the samples and their labels. */
function notesOn({ imageSize }: TrainConfig, set: Samples, { leftOut }: LabelColumns): string[] {
  const isEnlarged = "imageSize" in set && set.imageSize < imageSize;
  return [
    ...set.warnings,
    ...(isEnlarged ? [`the images are ${set.imageSize} px a side, enlarged to the ${imageSize} px of training`] : []),
    ...Object.entries(leftOut).map(([name, reason]) => `column "${name}" is left out: ${reason}`),
  ];
}
