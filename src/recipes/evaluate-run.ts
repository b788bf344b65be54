/** Evaluate a run: what its encoder knows, beside its floors, as a table, report.json and pictures. */
import { plainViews } from "../augment/index.js";
import { chooseEngine, type HostArray, keyFor, Random, type Tree, ValueError } from "../compute/index.js";
import { groupingOf, type ImageSet, type Labels, type OnProgress } from "../data/index.js";
import { type EvaluationTask, evaluateFeatures, type Features, type Report, renderReport } from "../evaluate/index.js";
import {
  createEmbedder,
  digestOf,
  RunFolder,
  type TrainConfig,
  untrainedEncoder,
  writeJsonAtomic,
} from "../train/index.js";
import { drawPictures } from "./draw-pictures.js";
import { holdOutOf, openForTraining, openImagesOf, splitForTraining } from "./run-images.js";
import { trainedEncoder } from "./trained-encoder.js";

export interface EvaluateOptions {
  /** Other images than the run was trained on. */
  readonly data?: string;
  readonly labels?: string;
  /** Which grouping of the data is the label: "labels", or an attribute such as "category". */
  readonly grouping?: string;
  readonly seed?: number;
  /** Let the probes learn from at most so many labels, drawn by the seed; default all. */
  readonly numLabels?: number;
  /** Also draw the pictures; default true. */
  readonly pictures?: boolean;
}

export interface EvaluateObserver {
  readonly onData?: OnProgress;
  readonly onStage?: (name: string, done: number, total: number) => void;
}

export interface Evaluation {
  readonly report: Report;
  /** The report as a table. */
  readonly text: string;
  /** Paths of the pictures. */
  readonly pictures: readonly string[];
}

/** Share of the images that probes are scored on. */
const TEST_SHARE = 0.25;
const FEWEST_IMAGES = 4;

/**
 * Evaluate a run on its own images or on others. Probes are scored on the images that training held out; without any, they
 * learn on three quarters and are scored on the rest, which the encoder then saw in training, without their labels.
 * Where there are no labels there are only label-free metrics and pictures.
 * @throws DarkmatterError if there is no run, no checkpoint, or labels that do not fit
 */
export async function evaluateRun(
  path: string,
  options: EvaluateOptions = {},
  observer: EvaluateObserver = {},
): Promise<Evaluation> {
  const folder = await RunFolder.open(path);
  const { config } = folder;
  const set = await openForEvaluation(folder, options, observer);
  try {
    if (set.numImages < FEWEST_IMAGES) {
      const hint = "Probes learn on some images and are scored on others.";
      throw new ValueError("eval", "data", `at least ${FEWEST_IMAGES} images`, set.numImages, hint);
    }
    const seed = options.seed ?? 0;
    const grouping = chooseGrouping(set, options.grouping);
    const features = await featuresOf(folder, set, observer);
    const task: EvaluationTask = {
      encoder: features.encoder,
      randomInit: features.randomInit,
      rawPixels: features.rawPixels,
      ...(grouping && { labels: grouping.classOf, classNames: grouping.classNames }),
      split: limitLabels(splitRows(config, set, grouping, seed), options.numLabels, seed),
      seed,
      engine: await chooseEngine(config.engine),
      onProgress: (what) => observer.onStage?.(what, 0, 0),
    };
    const report = await evaluateFeatures(task);
    await writeJsonAtomic(folder.fileNamed("report.json"), report);
    const pictures =
      options.pictures === false
        ? []
        : await drawPictures(folder, set, features.encoder, grouping, (name) => observer.onStage?.(name, 0, 0));
    return { report, text: renderReport(report), pictures };
  } finally {
    set.close();
  }
}

/** The run's own images, or others in the channels that its encoder takes. */
function openForEvaluation(
  folder: RunFolder,
  { data, labels }: EvaluateOptions,
  observer: EvaluateObserver,
): Promise<ImageSet> {
  const { imageSize: size, data: own } = folder.config;
  const choices = { channels: own.channels, ...(labels !== undefined && { labels }) };
  if (data === undefined) return openImagesOf(folder, "eval", choices, observer);
  return openForTraining({ data, size, ...choices }, observer);
}

interface RunFeatures {
  readonly encoder: Features;
  readonly randomInit: Features;
  readonly rawPixels: Features;
}

/** Features of a set from the trained encoder, from the same encoder before training, and its pixels. */
async function featuresOf(folder: RunFolder, set: ImageSet, observer: EvaluateObserver): Promise<RunFeatures> {
  const { config } = folder;
  const encoder = await trainedFeatures(folder, set, observer);
  const randomInit = await embed(config, await untrainedEncoder(config, set), set, "random init", observer);
  return { encoder, randomInit, rawPixels: pixelFeatures(set, config.imageSize) };
}

/** Features of a set from the trained encoder. */
export async function trainedFeatures(folder: RunFolder, set: ImageSet, observer: EvaluateObserver) {
  return embed(folder.config, await trainedEncoder(folder), set, "encoder", observer);
}

async function embed(
  config: TrainConfig,
  encoder: Tree<HostArray>,
  set: ImageSet,
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

/** Pixels at the training size, as features. */
function pixelFeatures(set: ImageSet, size: number): Features {
  const rows = Array.from({ length: set.numImages }, (_, i) => i);
  const values = plainViews(set, rows, size);
  return { numImages: set.numImages, dim: values.length / set.numImages, values };
}

/** The labels to evaluate by: those asked for, or the set's own if it has any. */
function chooseGrouping(set: ImageSet, name: string | undefined): Labels | undefined {
  if (name !== undefined) return groupingOf("eval", set, name);
  return set.labels;
}

/** The images that training set aside are asked about; without any, or on other data, a random quarter. */
function splitRows(
  config: TrainConfig,
  set: ImageSet,
  grouping: Labels | undefined,
  seed: number,
): EvaluationTask["split"] {
  const { holdOut = 0, numImages, digest } = config.data;
  const numHeldOut = holdOut < 1 ? Math.round(holdOut * set.numImages) : holdOut;
  if (numHeldOut > 0 && numImages + numHeldOut === set.numImages) {
    const { kept, heldOut } = splitForTraining(set, holdOutOf(config))!;
    // The run's own images, wherever they are now.
    if (digestOf(kept) === digest) return { train: kept.indices!, test: heldOut.indices! };
  }
  return splitEachClass(set.numImages, grouping?.classOf, seed);
}

/** A quarter of every class, at least one image of it, so that small sets have each class on both sides. */
function splitEachClass(
  numImages: number,
  classOf: Int32Array | undefined,
  seed: number,
): Record<"train" | "test", Uint32Array> {
  const order = new Random(keyFor(seed, "probe split")).permutation(numImages);
  const rowsOf = new Map<number, number[]>();
  for (const row of order) {
    const name = classOf?.[row] ?? 0;
    const rows = rowsOf.get(name) ?? [];
    rowsOf.set(name, rows);
    rows.push(row);
  }
  const asked = [...rowsOf.values()].flatMap((rows) => rows.slice(0, Math.ceil(TEST_SHARE * (rows.length - 1))));
  // Of classes of one image none can be asked about.
  const test = new Set(asked.length >= 2 ? asked : order.subarray(0, Math.max(2, Math.round(TEST_SHARE * numImages))));
  return { train: order.filter((row) => !test.has(row)).sort(), test: order.filter((row) => test.has(row)).sort() };
}

function limitLabels({ train, test }: EvaluationTask["split"], numLabels: number | undefined, seed: number) {
  if (numLabels === undefined || numLabels >= train.length) return { train, test };
  const order = new Random(keyFor(seed, "probe labels")).permutation(train.length).subarray(0, numLabels);
  return { train: Array.from(order.sort(), (position) => train[position]!), test };
}
