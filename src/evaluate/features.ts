/**
 * Features as evaluation sees them: one row of numbers an image, and selections of rows. Nothing here decodes an image:
 * an encoder's output, the same encoder at random initialisation and raw pixels are all just features.
 */
import { ShapeError, ValueError } from "../compute/index.js";

/** One row of `dim` numbers for each image, row after row. */
export interface Features {
  readonly numImages: number;
  readonly dim: number;
  readonly values: Float32Array;
}

/** Some rows of features, in the given order, without a copy. */
export interface FeatureRows {
  readonly source: Features;
  readonly indices: Int32Array;
}

/** Rows with the class of each. */
export interface LabelledRows extends FeatureRows {
  /** Class of each selected row, 0 .. numClasses - 1; aligned with `indices`. */
  readonly labels: Int32Array;
}

/**
 * Check features at the door.
 * @throws ShapeError if the sizes disagree; ValueError naming the first row with a NaN or infinite value
 */
export function checkFeatures(operation: string, argument: string, features: Features): void {
  const { numImages, dim, values } = features;
  if (values.length !== numImages * dim || dim < 1) {
    throw new ShapeError(operation, argument, [numImages, dim], [values.length]);
  }
  // x * 0 is 0 for a finite x and NaN otherwise: one cheap pass, and a search for the culprit only on failure.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0;
  if (sum === 0) return;
  const at = values.findIndex((value) => !Number.isFinite(value));
  const where = `row ${Math.floor(at / dim)}, dimension ${at % dim}`;
  throw new ValueError(operation, argument, "finite everywhere", `${values[at]} at ${where}`, "Did training diverge?");
}

/** All rows, in order. */
export function allRows(source: Features): FeatureRows {
  return { source, indices: Int32Array.from({ length: source.numImages }, (_, i) => i) };
}

/** The rows at these indices. */
export function selectRows(source: Features, indices: ArrayLike<number>): FeatureRows {
  return { source, indices: Int32Array.from(indices) };
}

/** Rows `chosen` of a labelled selection (positions in the selection, not image indices). */
export function selectLabelled(rows: LabelledRows, chosen: ArrayLike<number>): LabelledRows {
  const positions = Int32Array.from(chosen);
  return {
    source: rows.source,
    indices: positions.map((position) => rows.indices[position]!),
    labels: positions.map((position) => rows.labels[position]!),
  };
}

/**
 * Copy rows start .. start + count - 1 of a selection into `into`, row after row; places beyond the last row become 0.
 */
export function copyRows(rows: FeatureRows, start: number, count: number, into: Float32Array): void {
  const { dim, values } = rows.source;
  for (let i = 0; i < count; i++) {
    const row = rows.indices[start + i];
    if (row === undefined) into.fill(0, i * dim, (i + 1) * dim);
    else into.set(values.subarray(row * dim, (row + 1) * dim), i * dim);
  }
}

/** The selected rows as features of their own. */
export function gatherRows(rows: FeatureRows): Features {
  const numImages = rows.indices.length;
  const values = new Float32Array(numImages * rows.source.dim);
  copyRows(rows, 0, numImages, values);
  return { numImages, dim: rows.source.dim, values };
}

/** Euclidean length of each selected row. */
export function rowNorms(rows: FeatureRows): Float64Array {
  const { dim, values } = rows.source;
  return Float64Array.from(rows.indices, (row) => {
    let sum = 0;
    for (let at = row * dim; at < (row + 1) * dim; at++) sum += values[at]! ** 2;
    return Math.sqrt(sum);
  });
}

/** Mean and standard deviation (divisor n) of each dimension over the selected rows. */
export function columnMoments(rows: FeatureRows): { mean: Float64Array; std: Float64Array } {
  const { dim, values } = rows.source;
  const count = Math.max(1, rows.indices.length);
  const mean = new Float64Array(dim);
  for (const row of rows.indices) for (let d = 0; d < dim; d++) mean[d]! += values[row * dim + d]!;
  for (let d = 0; d < dim; d++) mean[d]! /= count;
  const variance = new Float64Array(dim);
  for (const row of rows.indices) {
    for (let d = 0; d < dim; d++) variance[d]! += (values[row * dim + d]! - mean[d]!) ** 2 / count;
  }
  return { mean, std: variance.map(Math.sqrt) };
}
