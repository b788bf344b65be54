/** Principal components and the spectra behind them, in float64 on the host: for a few thousand rows at most. */
import { ValueError } from "../../compute/index.js";
import type { Features } from "../features.js";
import { symmetricEigen } from "./symmetric-eigen.js";

export interface PrincipalComponents {
  readonly mean: Float64Array;
  /** Unit directions as rows, most variance first: [k, dim]. */
  readonly directions: Float64Array;
  /** Variance along each direction (divisor n). */
  readonly variances: Float64Array;
  /** Coordinates of the rows: [numImages, k]. */
  readonly projected: Float64Array;
}

/**
 * The k directions of most variance. Each direction is signed so that its entry of largest size is positive, which
 * makes pictures repeatable. Missing variance (k beyond the rank) gives zero coordinates.
 * @throws ValueError if k exceeds the dimension or there is no row
 */
export function principalComponents(features: Features, k: number): PrincipalComponents {
  const { numImages: n, dim } = features;
  if (!(k >= 1 && k <= dim)) throw new ValueError("principalComponents", "k", `between 1 and ${dim}`, k);
  if (n < 1) throw new ValueError("principalComponents", "features", "at least one row", n);
  const mean = meanRow(features);
  const rows = shiftedRows(features, mean);
  const eigen =
    dim <= n
      ? symmetricEigen(gramOfColumns(rows, n, dim), dim, { vectors: true })
      : symmetricEigen(gramOfRows(rows, n, dim), n, { vectors: true });
  const directions = new Float64Array(k * dim);
  const variances = new Float64Array(k);
  for (let c = 0; c < Math.min(k, eigen.values.length); c++) {
    const direction = directions.subarray(c * dim, (c + 1) * dim);
    const size = eigen.values.length;
    const vector = eigen.vectors.subarray(c * size, (c + 1) * size);
    if (dim <= n) direction.set(vector);
    else addWeightedRows(direction, rows, vector, dim);
    variances[c] = Math.max(0, eigen.values[c]!) / n;
    fixLengthAndSign(direction);
  }
  const projected = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < k; c++) {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += rows[i * dim + d]! * directions[c * dim + d]!;
      projected[i * k + c] = sum;
    }
  }
  return { mean, directions, variances, projected };
}

/**
 * Eigenvalues, largest first and never negative, of (1/n) Σ (x−c)(x−c)ᵀ, with c the mean or 0: min(n, dim) of them, the
 * rest being zero. The smaller of the two Gram matrices is decomposed.
 */
export function spectrum(features: Features, options: { centred: boolean }): Float64Array {
  const { numImages: n, dim } = features;
  const rows = shiftedRows(features, options.centred ? meanRow(features) : new Float64Array(dim));
  const gram = dim <= n ? gramOfColumns(rows, n, dim) : gramOfRows(rows, n, dim);
  const { values } = symmetricEigen(gram, Math.min(n, dim), { vectors: false });
  return values.map((value) => Math.max(0, value) / n);
}

export function meanRow({ numImages, dim, values }: Features): Float64Array {
  const mean = new Float64Array(dim);
  for (let i = 0; i < numImages; i++) for (let d = 0; d < dim; d++) mean[d]! += values[i * dim + d]!;
  return mean.map((sum) => sum / numImages);
}

function shiftedRows({ numImages, dim, values }: Features, shift: Float64Array): Float64Array {
  const rows = new Float64Array(numImages * dim);
  for (let i = 0; i < numImages; i++) {
    for (let d = 0; d < dim; d++) rows[i * dim + d] = values[i * dim + d]! - shift[d]!;
  }
  return rows;
}

/** XᵀX [dim, dim], lower triangle. */
function gramOfColumns(rows: Float64Array, n: number, dim: number): Float64Array {
  const gram = new Float64Array(dim * dim);
  for (let i = 0; i < n; i++) {
    const row = rows.subarray(i * dim, (i + 1) * dim);
    for (let a = 0; a < dim; a++) {
      const [at, value] = [a * dim, row[a]!];
      if (value === 0) continue;
      for (let b = 0; b <= a; b++) gram[at + b]! += value * row[b]!;
    }
  }
  return gram;
}

/** XXᵀ [n, n], lower triangle. */
function gramOfRows(rows: Float64Array, n: number, dim: number): Float64Array {
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += rows[i * dim + d]! * rows[j * dim + d]!;
      gram[i * n + j] = sum;
    }
  }
  return gram;
}

function addWeightedRows(into: Float64Array, rows: Float64Array, weights: Float64Array, dim: number): void {
  for (const [i, weight] of weights.entries()) for (let d = 0; d < dim; d++) into[d]! += weight * rows[i * dim + d]!;
}

function fixLengthAndSign(direction: Float64Array): void {
  const length = Math.hypot(...direction);
  let largest = 0;
  for (const value of direction) if (Math.abs(value) > Math.abs(largest)) largest = value;
  const scale = length < 1e-150 ? 0 : Math.sign(largest) / length;
  for (let d = 0; d < direction.length; d++) direction[d]! *= scale;
}
