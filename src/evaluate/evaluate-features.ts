/** The whole evaluation: frozen features in, a report with its floors out. */
import { DarkmatterError, type Engine, resolveOptions, ShapeError, ValueError } from "../compute/index.js";
import { allRows, checkFeatures, type Features, gatherRows, type LabelledRows, selectRows } from "./features.js";
import { type Metric, ProgramCache } from "./linear-algebra/index.js";
import { featureStatistics, measure } from "./metrics/index.js";
import { pixelComponents } from "./pixel-components.js";
import {
  type Chance,
  matchTop1,
  type Probe,
  type ProbeTask,
  probes,
  retrievalChance,
  type Scores,
} from "./probes/index.js";
import { type Floors, type MatchReport, PROTOCOL_VERSION, type Report } from "./report.js";
import { evenly } from "./sampling.js";

export interface EvaluationTask {
  /** Features of the trained encoder, one row an image. */
  readonly encoder: Features;
  /** The same encoder before training: same rows. */
  readonly randomInit?: Features;
  /** Pixels of the same images, e.g. at the training size; 0..255 or 0..1. */
  readonly rawPixels?: Features;
  /** Class of each image, -1 where unknown. Without labels only metrics and matches are reported. */
  readonly labels?: Int32Array;
  readonly classNames?: readonly string[];
  /** Image indices. Probes learn on `train` and are scored on `test`. */
  readonly split: { readonly train: ArrayLike<number>; readonly test: ArrayLike<number> };
  /** Searches for known matches, by name. */
  readonly matches?: Readonly<Record<string, MatchTask>>;
  readonly seed: number;
  readonly engine: Engine;
  /** Told what is being computed, for a progress line. */
  readonly onProgress?: (what: string) => void;
}

/** Find the match of each query in a gallery. */
export interface MatchTask {
  readonly title: string;
  /** For each query, the position of its match in the gallery. */
  readonly truth: Int32Array;
  readonly encoder: MatchFeatures;
  readonly randomInit?: MatchFeatures;
  readonly rawPixels?: MatchFeatures;
}

export interface MatchFeatures {
  readonly queries: Features;
  readonly gallery: Features;
}

const LEARNED_METRICS = ["cosine"] as const;
const PIXEL_METRICS = ["cosine", "euclidean"] as const;
const METRIC_SAMPLE = 2048;

/**
 * Evaluate frozen features: every probe on the encoder, on the same encoder before training, on raw pixels and on their
 * principal components, with chance and majority. 50,000 images of 512 features take seconds to a minute on the native engine; pixels longer.
 * @throws ShapeError if features or labels do not cover the same images; ValueError if a split is empty, names an
 * unknown image, or labels have fewer than two classes
 */
export async function evaluateFeatures(task: EvaluationTask): Promise<Report> {
  checkTask(task);
  const programs = new ProgramCache(task.engine);
  try {
    const sample = gatherRows(selectRows(task.encoder, evenly(task.split.test, METRIC_SAMPLE)));
    const metrics = measure(featureStatistics(sample));
    const labelled = task.labels === undefined ? {} : await labelledPart(task, task.labels, programs);
    const matches: Record<string, MatchReport> = {};
    for (const [name, match] of Object.entries(task.matches ?? {})) {
      task.onProgress?.(match.title);
      matches[name] = await reportMatch(match, programs);
    }
    return { protocol: PROTOCOL_VERSION, seed: task.seed, ...labelled, metrics, ...(task.matches && { matches }) };
  } finally {
    await programs.dispose();
  }
}

async function labelledPart(task: EvaluationTask, labels: Int32Array, programs: ProgramCache) {
  const train = withLabels(task.split.train, labels);
  const test = withLabels(task.split.test, labels);
  const numClasses = Math.max(task.classNames?.length ?? 0, 1 + labels.reduce((a, b) => Math.max(a, b), 0));
  checkClasses(train, test, labels);
  const testLabels = test.map((image) => labels[image]!);
  const { seed, onProgress, rawPixels, randomInit } = task;
  const taskOn = (source: Features, metrics: readonly Metric[]): ProbeTask => {
    const rowsOf = (images: Int32Array): LabelledRows => ({
      source,
      indices: images,
      labels: images.map((image) => labels[image]!),
    });
    return { train: rowsOf(train), test: rowsOf(test), numClasses, metrics, seed, programs };
  };
  const score = (what: string, source: Features, metrics: readonly Metric[]) =>
    runProbes(what, taskOn(source, metrics), onProgress);
  const scores = await score("encoder", task.encoder, LEARNED_METRICS);
  if (rawPixels) onProgress?.("principal components of the pixels");
  const pca = rawPixels && (await pixelComponents(rawPixels, train, task.encoder.dim, seed, programs));
  const floors: Floors = {
    chance: 1 / numClasses,
    majority: majorityAccuracy(train, testLabels, labels, numClasses),
    retrievalChance: retrievalChance(testLabels, numClasses),
    chanceOf: chances(taskOn(task.encoder, LEARNED_METRICS)),
    ...(rawPixels && { rawPixels: await score("raw pixels", rawPixels, PIXEL_METRICS) }),
    ...(pca && { pca: await score("PCA of pixels", pca, PIXEL_METRICS) }),
    ...(randomInit && { randomInit: await score("random init", randomInit, LEARNED_METRICS) }),
  };
  const { classNames } = task;
  return { n: test.length, numTrain: train.length, numClasses, ...(classNames && { classNames }), ...scores, floors };
}

async function runProbes(what: string, task: ProbeTask, onProgress?: (what: string) => void): Promise<Scores> {
  const scores: Record<string, unknown> = {};
  for (const [name, probe] of Object.entries(probes)) {
    onProgress?.(`${what}: ${probe.title}`);
    scores[probe.reportKey] = await probe.run(task, resolveOptions(name, probe.options) as never);
  }
  return scores as Scores;
}

/** What chance gives of the probes that are no plain accuracy. */
function chances(task: ProbeTask): Readonly<Record<string, Chance>> {
  return Object.fromEntries(
    Object.entries<Probe>(probes).flatMap(([name, probe]) =>
      probe.chance ? [[probe.reportKey, probe.chance(task, resolveOptions(name, probe.options))]] : [],
    ),
  );
}

async function reportMatch(task: MatchTask, programs: ProgramCache): Promise<MatchReport> {
  const score = ({ queries, gallery }: MatchFeatures, metrics: readonly Metric[]) =>
    matchTop1(allRows(queries), allRows(gallery), task.truth, { metrics, programs });
  const gallerySize = task.encoder.gallery.numImages;
  return {
    title: task.title,
    gallerySize,
    encoder: await score(task.encoder, LEARNED_METRICS),
    floors: {
      chance: 1 / gallerySize,
      ...(task.rawPixels && { rawPixels: await score(task.rawPixels, PIXEL_METRICS) }),
      ...(task.randomInit && { randomInit: await score(task.randomInit, LEARNED_METRICS) }),
    },
  };
}

function majorityAccuracy(train: Int32Array, testLabels: Int32Array, labels: Int32Array, numClasses: number): number {
  const counts = new Int32Array(numClasses);
  for (const image of train) counts[labels[image]!]!++;
  const majority = counts.indexOf(counts.reduce((a, b) => Math.max(a, b), 0));
  return testLabels.filter((label) => label === majority).length / testLabels.length;
}

function withLabels(images: ArrayLike<number>, labels: Int32Array): Int32Array {
  return Int32Array.from(images).filter((image) => labels[image]! >= 0);
}

function checkTask({ encoder, randomInit, rawPixels, labels, split }: EvaluationTask): void {
  const { numImages } = encoder;
  for (const [name, features] of Object.entries({ encoder, randomInit, rawPixels })) {
    if (features === undefined) continue;
    checkFeatures("evaluateFeatures", name, features);
    if (features.numImages !== numImages) {
      const hint = "All features must describe the same images in the same order.";
      throw new ShapeError("evaluateFeatures", name, [numImages, "dim"], [features.numImages, features.dim], hint);
    }
  }
  if (labels !== undefined && labels.length !== numImages) {
    throw new ShapeError("evaluateFeatures", "labels", [numImages], [labels.length]);
  }
  for (const [name, images] of Object.entries(split)) {
    if (images.length < 2)
      throw new ValueError("evaluateFeatures", `split.${name}`, "at least two images", images.length);
    const stray = Array.from(images).find((image) => !(image >= 0 && image < numImages));
    if (stray !== undefined) {
      throw new ValueError("evaluateFeatures", `split.${name}`, `image indices below ${numImages}`, stray);
    }
  }
}

function checkClasses(train: Int32Array, test: Int32Array, labels: Int32Array): void {
  if (train.length < 1 || test.length < 2) {
    const counts = `${train.length} labelled training and ${test.length} labelled test images`;
    throw new DarkmatterError(
      `evaluateFeatures: probes need at least one labelled training and two labelled test images, got ${counts}. ` +
        "Are the labels those of these images?",
    );
  }
  const classes = new Set(train.map((image) => labels[image]!));
  if (classes.size < 2) {
    const hint = "With one class every answer is right; leave the labels out.";
    throw new ValueError("evaluateFeatures", "labels", "of at least two classes", `${classes.size} class`, hint);
  }
}
