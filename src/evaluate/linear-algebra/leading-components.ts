/** The leading principal components of wide features, such as pixels: on the engine, without their covariance matrix. */
import { float32, float32Spec, type Key, Random, trace, ValueError } from "../../compute/index.js";
import { columnMoments, copyRows, type FeatureRows, type Features } from "../features.js";
import { gramOperator } from "./gram-operator.js";
import type { ProgramCache } from "./program-cache.js";
import { symmetricEigen } from "./symmetric-eigen.js";

/** An affine map to the coordinates along the components. */
export interface LeadingComponents {
  readonly mean: Float64Array;
  /** Orthonormal directions as rows, most variance first: [k, dim]. */
  readonly directions: Float64Array;
  /** Variance along each (divisor n). */
  readonly variances: Float64Array;
}

/** Directions beyond those asked for, which make the last of these exact. */
const EXTRA = 16;
const NUM_ROUNDS = 3;
/** What is left of a vector below this share of its length has lost digits. */
const CANCELLED = 1e-3;

/**
 * The k directions of most variance among some rows, by subspace iteration from random directions.
 * @throws ValueError unless 1 ≤ k ≤ min(dim, rows)
 * Source: Halko, Martinsson and Tropp 2011, algorithms 4.4 and 5.3. Deviation: a fixed number of rounds, so the last of many
 * components of nearly equal variance may be mixed with those that follow.
 */
export async function leadingComponents(
  rows: FeatureRows,
  k: number,
  key: Key,
  programs: ProgramCache,
): Promise<LeadingComponents> {
  const { dim } = rows.source;
  const n = rows.indices.length;
  const most = Math.min(dim, n);
  if (!(k >= 1 && k <= most)) throw new ValueError("leadingComponents", "k", `between 1 and ${most}`, k);
  const { mean } = columnMoments(rows);
  const width = Math.min(k + EXTRA, most);
  const multiply = await gramOperator(centred(rows, mean), width, programs);
  const random = new Random(key);
  let basis: Float64Array[] = Array.from({ length: width }, () =>
    Float64Array.from({ length: dim }, () => random.normal()),
  );
  for (let round = 1; round < NUM_ROUNDS; round++) basis = orthonormalize(await multiply(basis));
  // Within the subspace the components are the eigenvectors of Qᵀ C Q.
  const products = await multiply(basis);
  const small = new Float64Array(width * width);
  for (let a = 0; a < width; a++) for (let b = 0; b <= a; b++) small[a * width + b] = dot(basis[a]!, products[b]!);
  const { values, vectors } = symmetricEigen(small, width, { vectors: true });
  const directions = new Float64Array(k * dim);
  for (let c = 0; c < k; c++) {
    const direction = directions.subarray(c * dim, (c + 1) * dim);
    for (let a = 0; a < width; a++) addScaled(direction, basis[a]!, vectors[c * width + a]!);
  }
  return { mean, directions, variances: values.slice(0, k).map((value) => Math.max(0, value)) };
}

/** Coordinates of all rows along the components: features of width k. */
export async function projectOnto(
  features: Features,
  { mean, directions, variances }: LeadingComponents,
  programs: ProgramCache,
): Promise<Features> {
  const { numImages, dim, values } = features;
  const k = variances.length;
  const block = 1024;
  const program = await programs.get(`projectOnto ${dim} ${k}`, () =>
    trace(
      { rows: float32Spec([block, dim]), mean: float32Spec([1, dim]), directions: float32Spec([k, dim]) },
      ({ rows, mean, directions }) => ({ projected: rows.sub(mean).matmul(directions.transpose()) }),
    ),
  );
  const given = {
    mean: float32(Float32Array.from(mean), [1, dim]),
    directions: float32(Float32Array.from(directions), [k, dim]),
  };
  const projected = new Float32Array(numImages * k);
  for (let from = 0; from < numImages; from += block) {
    const count = Math.min(block, numImages - from);
    const rows = new Float32Array(block * dim);
    rows.set(values.subarray(from * dim, (from + count) * dim));
    const result = await program.run({ rows: float32(rows, [block, dim]), ...given });
    projected.set(result.projected.data.subarray(0, count * k), from * k);
  }
  return { numImages, dim: k, values: projected };
}

function centred(rows: FeatureRows, mean: Float64Array): Features {
  const { dim } = rows.source;
  const numImages = rows.indices.length;
  const values = new Float32Array(numImages * dim);
  copyRows(rows, 0, numImages, values);
  for (let i = 0; i < numImages; i++) for (let d = 0; d < dim; d++) values[i * dim + d]! -= mean[d]!;
  return { numImages, dim, values };
}

/** Modified Gram-Schmidt, again for vectors that nearly lie in the span of those before; null vectors become 0. */
function orthonormalize(vectors: Float64Array[]): Float64Array[] {
  for (const [a, vector] of vectors.entries()) {
    const length = Math.sqrt(dot(vector, vector));
    const removeOthers = () => {
      for (let b = 0; b < a; b++) addScaled(vector, vectors[b]!, -dot(vectors[b]!, vector));
      return Math.sqrt(dot(vector, vector));
    };
    let left = removeOthers();
    if (left < CANCELLED * length) left = removeOthers();
    const scale = left > 1e-9 * length ? 1 / left : 0;
    for (let d = 0; d < vector.length; d++) vector[d]! *= scale;
  }
  return vectors;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
  return sum;
}

function addScaled(into: Float64Array, vector: Float64Array, scale: number): void {
  for (let d = 0; d < into.length; d++) into[d]! += scale * vector[d]!;
}
