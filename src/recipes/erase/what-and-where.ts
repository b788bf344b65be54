/** What and where, side by side: recognition, and the factors of a picture read off the same frozen features. */
import { keyFor, resolveOptions } from "../../compute/index.js";
import type { Measurements } from "../../data/index.js";
import {
  type Features,
  knnProbe,
  leadingComponents,
  linearProbe,
  type ProgramCache,
  projectOnto,
  regress,
  selectRows,
} from "../../evaluate/index.js";
import { labelledRows } from "../probe-encoder.js";
import type { EncodedImages } from "./encoded-images.js";

/** What the probes learn from and are asked about. */
export interface FactorTask {
  readonly labels?: { readonly classOf: Int32Array; readonly numClasses: number };
  readonly measurements?: Measurements;
  readonly train: Uint32Array;
  readonly test: Uint32Array;
  readonly seed: number;
  readonly programs: ProgramCache;
}

/** Accuracies in 0..1 and R² by factor; absent where the data does not say. */
export interface WhatAndWhere {
  readonly knn?: number;
  readonly linear?: number;
  /** Mean R² of a factor's measurements on test images: 1 is perfect, 0 as good as the mean. */
  readonly factors: Readonly<Record<string, number>>;
}

/**
 * From one vector an image, from what the objective compares, and from the grid laid out as one long vector, which knows
 * where.
 */
export interface FeatureReport {
  readonly pooled: WhatAndWhere;
  readonly projections?: WhatAndWhere;
  readonly grid?: WhatAndWhere;
}

/** Numbers a place keeps when the grid is laid out: 16 places of them are regressed in seconds. */
const COMPONENTS_A_PLACE = 64;
const TOKENS_TO_FIT = 8192;
/** λ to choose from: what is chosen by more careful fits lies among these. */
const STRENGTHS = [1e-4, 1e-3, 1e-2, 1e-1, 1] as const;
/** R² beyond any factor's reach says only that a fit failed. */
const LOWEST_R2 = -1;

/** The factor of a measurement: what stands before the dot, so that sine and cosine of an angle are one. */
export function factorOf(measurement: string): string {
  return measurement.split(".")[0]!;
}

/** The factors of a set, in the order of its measurements. */
export function factorsOf(measurements: Measurements = {}): readonly string[] {
  return [...new Set(Object.keys(measurements).map(factorOf))];
}

/** Ask a model's features, pooled and laid out as a grid, and its projections. */
export async function askFeatures(encoded: EncodedImages, task: FactorTask): Promise<FeatureReport> {
  const { pooled, tokens, gridSize, projections } = encoded;
  return {
    pooled: await askWhatAndWhere(pooled, task),
    ...(projections && { projections: await askWhatAndWhere(projections, task) }),
    ...(gridSize > 1 && { grid: await askWhatAndWhere(await layOutGrid(tokens, pooled.numImages, task), task) }),
  };
}

/** Recognition by kNN and a linear map, and ridge regression of each measurement. */
export async function askWhatAndWhere(features: Features, task: FactorTask): Promise<WhatAndWhere> {
  const { labels, train, test, seed, programs } = task;
  const factors = await askFactors(features, task);
  if (labels === undefined) return { factors };
  const rowsOf = (rows: Uint32Array) => {
    const isWanted = new Set(rows);
    return labelledRows(
      features,
      labels.classOf.map((label, row) => (isWanted.has(row) ? label : -1)),
    );
  };
  const probe = {
    train: rowsOf(train),
    test: rowsOf(test),
    numClasses: labels.numClasses,
    metrics: ["cosine"] as const,
    seed,
    programs,
  };
  const knn = await knnProbe.run(probe, resolveOptions(knnProbe.name, knnProbe.options));
  const linear = await linearProbe.run(probe, resolveOptions(linearProbe.name, linearProbe.options));
  return { knn: knn.mean, linear: linear.mean, factors };
}

async function askFactors(features: Features, { measurements = {}, train, test, seed, programs }: FactorTask) {
  const names = Object.keys(measurements);
  const found = new Map<string, number[]>();
  if (names.length === 0) return {};
  const rowsOf = (rows: Uint32Array) => {
    // an image of which one number is not known is left out for all: the probes stay comparable
    const known = rows.filter((row) => names.every((name) => Number.isFinite(measurements[name]![row]!)));
    const targets = Array.from(known).flatMap((row) => names.map((name) => measurements[name]![row]!));
    return { ...selectRows(features, known), targets };
  };
  const { scores } = await regress({
    train: rowsOf(train),
    test: rowsOf(test),
    names,
    seed,
    programs,
    strengths: STRENGTHS,
  });
  for (const name of names) {
    const factor = factorOf(name);
    found.set(factor, [...(found.get(factor) ?? []), Math.max(LOWEST_R2, scores[name]!.r2.mean)]);
  }
  const means = [...found].map(([factor, r2]) => [factor, r2.reduce((sum, value) => sum + value, 0) / r2.length]);
  return Object.fromEntries(means);
}

/** Places side by side in one vector an image, each reduced to its leading components over all places of training images. */
async function layOutGrid(
  tokens: Features,
  numImages: number,
  { train, seed, programs }: FactorTask,
): Promise<Features> {
  const places = tokens.numImages / numImages;
  if (tokens.dim <= COMPONENTS_A_PLACE) return { numImages, dim: places * tokens.dim, values: tokens.values };
  const stride = Math.max(1, Math.ceil((train.length * places) / TOKENS_TO_FIT));
  const rows = Array.from({ length: Math.floor((train.length * places) / stride) }, (_, i) => {
    const at = i * stride;
    return train[Math.floor(at / places)]! * places + (at % places);
  });
  const components = await leadingComponents(
    selectRows(tokens, rows),
    Math.min(COMPONENTS_A_PLACE, rows.length),
    keyFor(seed, "grid components"),
    programs,
  );
  const reduced = await projectOnto(tokens, components, programs);
  return { numImages, dim: places * reduced.dim, values: reduced.values };
}
