/** What a comparison found, as plain JSON: one row a cell, failures and negative results included. */
import { existsSync, readFileSync } from "node:fs";
import { DarkmatterError } from "../../compute/index.js";
import type { Report, SweepRow } from "../../evaluate/index.js";
import { writeJsonAtomic } from "../../train/index.js";
import type { Cell, CompareBudget } from "./recipe.js";

/** Raised when a later version changes what the file holds. */
export const RESULTS_VERSION = 1;

/** Accuracies and other scores of a report by a flat name: "knn", "linear", "fewShot/5". In 0..1. */
export type FlatScores = Readonly<Record<string, number>>;

export interface CellRow extends Omit<Cell, "name"> {
  readonly cell: string;
  readonly steps: number;
  readonly batchSize: number;
  /** Parameters of encoder and head that were trained. */
  readonly numParameters: number;
  /** Processor seconds of training, threads for views included. */
  readonly cpuSeconds: number;
  readonly imagesPerSecond: number;
  /** The doctor's last word. */
  readonly verdict: string;
  /** Why there are no scores: what stopped the run. */
  readonly failure?: string;
  readonly scores: FlatScores;
  /** By name: "rawPixels", "randomInit", "pca", each with the same scores. */
  readonly floors: Readonly<Record<string, FlatScores>>;
  /** What guessing gives of each score. */
  readonly chance: FlatScores;
  /** What needs no labels; null where it could not be measured. */
  readonly labelFree: Readonly<Record<string, number | null>>;
  /** Images that probes learnt from and were asked about. */
  readonly numTrain: number;
  readonly numTest: number;
}

/** A combination that cannot be, and why. */
export interface ImpossiblePair {
  readonly method: string;
  readonly encoder: string;
  readonly reason: string;
}

export interface CompareResults {
  readonly version: number;
  readonly name: string;
  readonly title: string;
  readonly notes: readonly string[];
  readonly machine: string;
  readonly budget: CompareBudget;
  readonly numImages: number;
  readonly numHeldOut: number;
  readonly imageSize: number;
  readonly channels: number;
  readonly methods: readonly string[];
  readonly encoders: readonly string[];
  readonly seeds: readonly number[];
  readonly impossible: readonly ImpossiblePair[];
  readonly rows: readonly CellRow[];
}

/** @throws DarkmatterError if the disk is full or the folder cannot be written */
export function writeResults(path: string, results: CompareResults): Promise<void> {
  return writeJsonAtomic(path, rounded(results));
}

/** @throws DarkmatterError if there is no such file, or it is not of this version */
export function readResults(path: string): CompareResults {
  if (!existsSync(path)) {
    throw new DarkmatterError(`compare: there is no ${path} yet. Run the comparison first, without --report.`);
  }
  let results: CompareResults;
  try {
    results = JSON.parse(readFileSync(path, "utf8")) as CompareResults;
  } catch (cause) {
    throw new DarkmatterError(`compare: ${path} is no JSON. Was it edited by hand?`, { cause });
  }
  if (results?.version === RESULTS_VERSION && Array.isArray(results.rows)) return results;
  throw new DarkmatterError(`compare: ${path} does not hold results of version ${RESULTS_VERSION}.`);
}

/**
 * The accuracies of a report (or of one of its floors) by flat name, whichever probes it has: what has a mean is a score,
 * what holds several of them is one a name.
 */
export function flatScores(part: object): FlatScores {
  const scores: Record<string, number> = {};
  for (const [key, value] of Object.entries(part)) {
    if (NO_SCORES.has(key) || typeof value !== "object" || value === null) continue;
    if (hasMean(value)) scores[key] = value.mean;
    else {
      for (const [name, each] of Object.entries(value)) if (hasMean(each)) scores[`${key}/${name}`] = each.mean;
    }
  }
  return scores;
}

/** Parts of a report that hold no scores of the encoder. */
const NO_SCORES = new Set(["floors", "metrics", "matches", "classNames"]);

function hasMean(value: unknown): value is { readonly mean: number } {
  return typeof (value as { mean?: unknown } | null)?.mean === "number";
}

/** The floors of a report that are scored by the same probes. */
export function flatFloors({ floors }: Report): Readonly<Record<string, FlatScores>> {
  const named = Object.entries(floors ?? {}).filter(([name, part]) => name !== "chanceOf" && typeof part === "object");
  return Object.fromEntries(named.map(([name, part]) => [name, flatScores(part as object)]));
}

/** What guessing gives of each score of a report: one class in so many, but for probes that say something else. */
export function chanceScores(report: Report): FlatScores {
  const { chance, chanceOf = {} } = report.floors ?? {};
  if (chance === undefined) return {};
  return Object.fromEntries(
    Object.keys(flatScores(report)).map((score) => {
      const [key, name] = score.split("/") as [keyof typeof chanceOf, string?];
      const own: number | Readonly<Record<string, number>> | undefined = chanceOf[key];
      return [score, (typeof own === "object" ? own[name ?? ""] : own) ?? chance];
    }),
  );
}

/** A row as the study of label-free model selection takes it. */
export function sweepRowOf({ cell, method, encoder, seed, labelFree, scores }: CellRow): SweepRow {
  return { run: cell, method, encoder, seed, scores: labelFree, accuracies: scores };
}

/** Six significant digits: more is noise, and the file stays small. */
function rounded<T>(value: T): T {
  if (typeof value === "number") return (Number.isFinite(value) ? Number(value.toPrecision(6)) : null) as T;
  if (Array.isArray(value)) return value.map(rounded) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rounded(each)])) as T;
}
