/**
 * What augmentation erases: the same encoder is trained with each augmentation switched on and off, and asked afterwards
 * what it still knows of a picture, what is in it and where, how large, which way up and in which colour.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { plainViews, type ViewRecipe } from "../../augment/index.js";
import { chooseEngine, keyFor, Random, ValueError } from "../../compute/index.js";
import { type ImageSet, openImages, split, subset } from "../../data/index.js";
import { ProgramCache, writePng } from "../../evaluate/index.js";
import { RunFolder, untrainedEncoder, writeJsonAtomic } from "../../train/index.js";
import type { TrainChoices, TrainObserver } from "../main-job.js";
import { trainOrResume } from "../train-or-resume.js";
import { trainedEncoder } from "../trained-encoder.js";
import { type Condition, conditionsOf, fullRecipe } from "./conditions.js";
import { drawErase } from "./draw-erase.js";
import { encodeImages, type ModelParameters } from "./encoded-images.js";
import { type EraseCell, type EraseReport, renderErase } from "./erase-report.js";
import { askFeatures, askWhatAndWhere, type FactorTask, type FeatureReport, factorsOf } from "./what-and-where.js";

export interface EraseOptions {
  /** Folder, archive or data set; default placed-objects, where everything about a picture is known. */
  readonly data?: string;
  readonly labels?: string;
  /** Folder of the runs and the report; default runs/erase. */
  readonly out?: string;
  /** Minutes for everything; default 30. */
  readonly minutes?: number;
  /** Steps of each run, instead of minutes. */
  readonly steps?: number;
  /** How many seeds, 0 first; default 3. */
  readonly numSeeds?: number;
  /** At most so many images; default 4,000. */
  readonly numImages?: number;
  /** Also train with each augmentation by itself. */
  readonly alone?: boolean;
  readonly objective?: string;
  readonly encoder?: string;
  readonly encoderOptions?: Readonly<Record<string, unknown>>;
  /** Side of the views in pixels; default 32. */
  readonly size?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  /** The view with all augmentations on, instead of `fullRecipe`. */
  readonly views?: ViewRecipe;
}

/** One run among all. */
export interface EraseProgress {
  readonly number: number;
  readonly total: number;
  readonly condition: string;
  readonly seed: number;
  /** Absent before the first run is done. */
  readonly secondsLeft?: number;
}

export interface EraseObserver extends TrainObserver {
  readonly onCell?: (cell: EraseProgress) => void;
  readonly onStage?: (name: string) => void;
}

export interface EraseResult {
  readonly report: EraseReport;
  readonly text: string;
  readonly picture: string;
  readonly path: string;
}

const TEST_SHARE = 0.25;
/** What is left of the time for asking. */
const SHARE_FOR_TRAINING = 0.8;
/** Raw pixels as features are asked at most at this side: ridge regression takes as many columns as there are values. */
const PIXEL_SIDE = 16;
const SPLIT_SEED = 0;
const ANSWERS = "what-and-where.json";
/** Small enough for many runs, with a grid of places left at the end. */
const DEFAULT_ENCODER = { encoder: "convnet", encoderOptions: { width: 32, stages: 3 } };

/**
 * Run the experiment; its runs, report.json and erase.png stay in the folder. What is finished there is not done again.
 * @returns undefined if training was stopped before its end
 * @throws ValueError if the images have neither labels nor measurements; DarkmatterError as `trainImages`
 */
export async function runErase(
  options: EraseOptions = {},
  observer: EraseObserver = {},
): Promise<EraseResult | undefined> {
  const { data = "placed-objects", out = "runs/erase", size = 32, numSeeds = 3, alone = false } = options;
  const { onData } = observer;
  if (options.minutes !== undefined && options.steps !== undefined) {
    throw new ValueError("erase", "minutes and steps", "given one without the other", "both");
  }
  const whole = await openImages(data, {
    trainingSize: size,
    ...(options.labels !== undefined && { labels: options.labels }),
    ...(onData && { onProgress: onData }),
  });
  const programs = new ProgramCache(await chooseEngine());
  try {
    const set = drawImages(whole, options.numImages ?? 4000);
    const { kept, heldOut } = split(set, { heldOut: TEST_SHARE, seed: SPLIT_SEED });
    const task = taskFor(set, kept, heldOut, programs);
    const conditions = conditionsOf(options.views ?? fullRecipe(size), { alone });
    const seeds = Array.from({ length: numSeeds }, (_, seed) => seed);
    const experiment: Experiment = { options: { ...options, data, out, size }, conditions, seeds, set, kept, task };
    const cells = await trainAndAsk(experiment, observer);
    if (cells === undefined) return undefined;
    observer.onStage?.("asking what is known without training");
    const report = await makeReport(experiment, cells);
    await mkdir(out, { recursive: true });
    await writeJsonAtomic(join(out, "report.json"), report);
    const picture = join(out, "erase.png");
    await writePng(picture, drawErase(report));
    return { report, text: renderErase(report), picture, path: out };
  } finally {
    whole.close();
    await programs.dispose();
  }
}

interface Experiment {
  readonly options: EraseOptions & { readonly data: string; readonly out: string; readonly size: number };
  readonly conditions: readonly Condition[];
  readonly seeds: readonly number[];
  readonly set: ImageSet;
  readonly kept: ImageSet;
  readonly task: FactorTask;
}

function drawImages(whole: ImageSet, most: number): ImageSet {
  if (!(Number.isInteger(most) && most >= 40)) {
    throw new ValueError("erase", "images", "a whole number, at least 40", most);
  }
  if (whole.numImages <= most) return whole;
  const drawn = new Random(keyFor(SPLIT_SEED, "erase images")).permutation(whole.numImages).subarray(0, most);
  return subset(whole, drawn.sort());
}

function taskFor(set: ImageSet, kept: ImageSet, heldOut: ImageSet, programs: ProgramCache): FactorTask {
  const { labels, measurements } = set;
  if (labels === undefined && measurements === undefined) {
    const hint =
      "What augmentation erases is measured by questions with known answers: keep the images of each class in a folder of " +
      "their own, give --labels file.csv, or use the set placed-objects.";
    throw new ValueError("erase", "data", "images with labels", `${set.name}, without any`, hint);
  }
  const positions = new Map(Array.from({ length: set.numImages }, (_, row) => [set.indices?.[row] ?? row, row]));
  const rowsOf = (part: ImageSet) => Uint32Array.from(part.indices!, (index) => positions.get(index)!);
  return {
    ...(labels && { labels: { classOf: labels.classOf, numClasses: labels.classNames.length } }),
    ...(measurements && { measurements }),
    train: rowsOf(kept),
    test: rowsOf(heldOut),
    seed: SPLIT_SEED,
    programs,
  };
}

/** Every condition with every seed, one seed after the other so that an early stop leaves whole comparisons. */
async function trainAndAsk(experiment: Experiment, observer: EraseObserver): Promise<readonly EraseCell[] | undefined> {
  const { conditions, seeds } = experiment;
  const total = conditions.length * seeds.length;
  const cells: EraseCell[] = [];
  const spent: number[] = [];
  let steps = experiment.options.steps;
  for (const seed of seeds) {
    for (const condition of conditions) {
      const mean = spent.length === 0 ? undefined : spent.reduce((sum, seconds) => sum + seconds, 0) / spent.length;
      const secondsLeft = mean === undefined ? {} : { secondsLeft: mean * (total - cells.length) };
      observer.onCell?.({ number: cells.length + 1, total, condition: condition.name, seed, ...secondsLeft });
      const started = performance.now();
      const done = await finishCell(experiment, condition, seed, steps, total, observer);
      if (done === undefined) return undefined;
      if (done.isNew) spent.push((performance.now() - started) / 1000);
      // the first run fits the time, all others take as many steps
      steps = done.steps;
      cells.push({ condition: condition.name, seed, report: done.report });
    }
  }
  return cells;
}

async function finishCell(
  { options, kept, set, task }: Experiment,
  condition: Condition,
  seed: number,
  steps: number | undefined,
  total: number,
  observer: EraseObserver,
) {
  const { data, out, size, objective, batch = 128, learningRate, minutes = 30 } = options;
  const path = join(out, `${condition.name.replaceAll(" ", "-")}-seed-${seed}`);
  const encoder = options.encoder === undefined ? DEFAULT_ENCODER : { encoder: options.encoder };
  const choices: TrainChoices & { readonly out: string } = {
    data,
    size,
    batch: Math.min(batch, Math.max(2, Math.floor(kept.numImages / 2))),
    ...(objective !== undefined && { objective }),
    ...encoder,
    ...(options.encoderOptions && { encoderOptions: options.encoderOptions }),
    ...(learningRate !== undefined && { learningRate }),
    views: [condition.recipe, condition.recipe],
    seed,
    ...(steps === undefined ? { minutes: (SHARE_FOR_TRAINING * minutes) / total } : { steps }),
    out: path,
  };
  const answers = join(path, ANSWERS);
  const isNew = !existsSync(answers);
  const { isFinished } = await trainOrResume(choices, observer, kept);
  if (!isFinished) return undefined;
  const folder = await RunFolder.open(path);
  const { totalSteps } = folder.config;
  if (!isNew) {
    const report = JSON.parse(await readFile(answers, "utf8")) as FeatureReport;
    return { report, steps: totalSteps, isNew };
  }
  observer.onStage?.(`asking: ${condition.name}, seed ${seed}`);
  const encoded = await encodeImages(folder.config, await trainedModel(folder), set);
  const report = await askFeatures(encoded, { ...task, seed });
  await writeJsonAtomic(answers, report);
  return { report, steps: totalSteps, isNew };
}

/** The encoder that the objective evaluates, beside the head that trained with it. */
async function trainedModel(folder: RunFolder): Promise<ModelParameters> {
  const online = (await folder.loadParameters("online")) as ModelParameters;
  return { ...online, encoder: await trainedEncoder(folder) };
}

async function makeReport({ options, conditions, seeds, set, task }: Experiment, cells: readonly EraseCell[]) {
  const randomInit: FeatureReport[] = [];
  const folders = await Promise.all(seeds.map((seed) => RunFolder.open(join(options.out, `all-seed-${seed}`))));
  for (const { config } of folders) {
    const encoded = await encodeImages(config, { encoder: await untrainedEncoder(config, set) }, set);
    randomInit.push(await askFeatures(encoded, { ...task, seed: config.seed }));
  }
  const { config } = folders[0]!;
  const report: EraseReport = {
    data: options.data,
    numTrain: task.train.length,
    numTest: task.test.length,
    ...(task.labels && { numClasses: task.labels.numClasses }),
    steps: config.totalSteps,
    objective: config.objective.name,
    encoder: config.encoder.name,
    seeds,
    stepNames: conditions.flatMap(({ kind, step }) => (kind === "without" ? [step!] : [])),
    conditions: conditions.map(({ name }) => name),
    factors: factorsOf(set.measurements),
    cells,
    floors: { rawPixels: await askWhatAndWhere(pixelsOf(set, options.size), task), randomInit },
  };
  return report;
}

function pixelsOf(set: ImageSet, size: number) {
  const rows = Array.from({ length: set.numImages }, (_, row) => row);
  const values = plainViews(set, rows, Math.min(PIXEL_SIDE, size));
  return { numImages: set.numImages, dim: values.length / set.numImages, values };
}
