/** The report of a run: what the encoder knows, beside the floors that make a number mean something. */
import type { MetricName } from "./metrics/index.js";
import { type Chance, isEstimate, type ProbeEstimate, type ProbeOutcome, probes, type Scores } from "./probes/index.js";
import type { HeadReport, ThoroughReport } from "./supervised/index.js";

/** Raised when docs/protocol.md changes what a number means. */
export const PROTOCOL_VERSION = 1;

/** Which state of the encoder was evaluated. */
export interface EvaluatedCheckpoint {
  /** A run keeps its last checkpoint alone, so that no choice among checkpoints can flatter it. */
  readonly kind: "last";
  readonly step: number;
  readonly totalSteps: number;
  /** The best look at held-out images during training, if the run looked: higher than the last by choice. */
  readonly best?: { readonly step: number; readonly knn: number; readonly lastKnn: number; readonly numLooks: number };
}

/** What is reached without learning anything. */
export interface Floors {
  /** One class at random: 1 / number of classes. */
  readonly chance: number;
  /** Always the most common training class, on the test images. */
  readonly majority: number;
  /** A random other test image has the same label. */
  readonly retrievalChance: number;
  /** What chance gives of each probe that is no plain accuracy, by its report key. */
  readonly chanceOf?: Readonly<Partial<Record<keyof Scores, Chance>>>;
  /** Pixels as features; for each probe the stronger of cosine and Euclidean, named in `metric`. */
  readonly rawPixels?: Scores;
  /** The leading principal components of the pixels, as many as the encoder has features, 256 at most. */
  readonly pca?: Scores;
  /** The same encoder before training. */
  readonly randomInit?: Scores;
}

/** Finding one right picture among many: copies of it, or the same thing by another hand. */
export interface MatchReport {
  readonly title: string;
  readonly gallerySize: number;
  readonly encoder: ProbeEstimate;
  readonly floors: {
    readonly chance: number;
    readonly rawPixels?: ProbeEstimate;
    readonly randomInit?: ProbeEstimate;
  };
}

/** `report.json`. The probes are absent when there are no labels. */
export interface Report extends Partial<Scores> {
  /** Version of the protocol, docs/protocol.md. */
  readonly protocol: number;
  /** Of splits, draws and starts. */
  readonly seed: number;
  readonly checkpoint?: EvaluatedCheckpoint;
  /** What one sample is called: "image" if absent, else "window" or "row". */
  readonly noun?: string;
  /** Test images with a label. */
  readonly n?: number;
  readonly numTrain?: number;
  readonly numClasses?: number;
  readonly classNames?: readonly string[];
  readonly floors?: Floors;
  /** Label-free metrics of the encoder's features on test images. */
  readonly metrics: Readonly<Record<MetricName, number>>;
  /** Retrieval of given matches, by name. */
  readonly matches?: Readonly<Record<string, MatchReport>>;
  /** Attentive probe, fine-tuning and label efficiency, where asked for. */
  readonly thorough?: ThoroughReport;
  /** Heads for the columns of a labels file, by column. */
  readonly tasks?: Readonly<Record<string, HeadReport>>;
  /** What a reader of the numbers should know. */
  readonly notes?: readonly string[];
}

/**
 * A report with every estimate reduced to its number (few-shot keeps its intervals): one line of JSON, for eyes and jq.
 * { n, numTrain, numClasses, knn, knn200, linear, fewShot: { 1: { mean, low, high }, .. }, retrieval, .., floors, matches }
 */
export function flatReport(report: Report): Record<string, unknown> {
  const { protocol, seed, n, numTrain, numClasses, floors, matches, thorough, tasks } = report;
  return {
    protocol,
    seed,
    ...(n !== undefined && { n, numTrain, numClasses }),
    ...flatScores(report),
    ...(floors && {
      floors: {
        ...floors,
        ...(floors.rawPixels && { rawPixels: flatScores(floors.rawPixels) }),
        ...(floors.pca && { pca: flatScores(floors.pca) }),
        ...(floors.randomInit && { randomInit: flatScores(floors.randomInit) }),
      },
    }),
    ...(matches && { matches: Object.fromEntries(Object.entries(matches).map(([name, m]) => [name, flatMatch(m)])) }),
    ...(thorough && { thorough: flatThorough(thorough) }),
    ...(tasks && { tasks }),
  };
}

function flatScores(scores: Partial<Scores>): Record<string, unknown> {
  const present = Object.values(probes).flatMap(({ reportKey }) => {
    const outcome: ProbeOutcome | undefined = scores[reportKey];
    return outcome === undefined ? [] : [[reportKey, flatOutcome(outcome)] as const];
  });
  return Object.fromEntries(present);
}

function flatOutcome(outcome: ProbeOutcome): unknown {
  if (isEstimate(outcome)) return outcome.mean;
  const estimates = Object.entries(outcome).map(([name, { mean, low, high }]) => [name, { mean, low, high }]);
  return Object.fromEntries(estimates);
}

function flatThorough({ attentive, finetune, efficiency, skipped }: ThoroughReport): Record<string, unknown> {
  return {
    ...(attentive && { attentive: attentive.mean }),
    ...(finetune && { finetune: finetune.mean }),
    ...(efficiency && { efficiency: efficiency.points }),
    skipped,
  };
}

function flatMatch({ encoder, floors }: MatchReport): Record<string, unknown> {
  const { chance, rawPixels, randomInit } = floors;
  return {
    top1: encoder.mean,
    n: encoder.n,
    floors: {
      chance,
      ...(rawPixels && { rawPixels: rawPixels.mean }),
      ...(randomInit && { randomInit: randomInit.mean }),
    },
  };
}
