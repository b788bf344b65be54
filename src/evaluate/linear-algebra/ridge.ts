/** Ridge regression by conjugate gradients: many targets and many strengths in the same passes over the features. */
import { ShapeError } from "../../compute/index.js";
import type { Features } from "../features.js";
import { gramOperator } from "./gram-operator.js";
import type { ProgramCache } from "./program-cache.js";

/** One model to fit: a target and how strongly its weights are held down. */
export interface RidgeColumn {
  /** Column of `targets`. */
  readonly target: number;
  /** λ */
  readonly strength: number;
}

export interface RidgeTask {
  /** Standardised features. */
  readonly features: Features;
  /** Centred, [numImages, numTargets]. */
  readonly targets: Float64Array;
  readonly numTargets: number;
  readonly columns: readonly RidgeColumn[];
  /** At most so many passes over the features; all models share a pass. */
  readonly maxPasses: number;
  readonly programs: ProgramCache;
}

/** Products come in float32, so that residuals below this are noise. */
const TOLERANCE = 1e-6;

/**
 * Minimise, for each column, 1/n ‖X w − y‖² + λ ‖w‖², by conjugate gradients on (XᵀX/n + λ) w = Xᵀy/n. XᵀX is never formed:
 * a pass multiplies by X and by Xᵀ in blocks of rows, so the memory is that of the features, whatever their width.
 * @returns for each column its weights [dim]
 * @throws ShapeError if `targets` is not [numImages, numTargets]
 * Source: Hestenes and Stiefel 1952. Deviation: stopped at `maxPasses`, which regularises what is left unconverged.
 */
export async function fitRidge(task: RidgeTask): Promise<Float64Array[]> {
  const { features, targets, numTargets, columns, maxPasses } = task;
  if (targets.length !== features.numImages * numTargets) {
    throw new ShapeError("fitRidge", "targets", [features.numImages, numTargets], [targets.length]);
  }
  const multiply = await gramOperator(features, columns.length, task.programs);
  const searches = columns.map(
    ({ target, strength }) => new ConjugateGradient(correlationWith(features, targets, numTargets, target), strength),
  );
  for (let pass = 0; pass < maxPasses && searches.some(({ isDone }) => !isDone); pass++) {
    const products = await multiply(searches.map(({ direction }) => direction));
    for (const [i, search] of searches.entries()) search.advance(products[i]!);
  }
  return searches.map(({ solution }) => solution);
}

/** Solves (A + λ) x = b, asking for one product with A at a time. */
class ConjugateGradient {
  readonly solution: Float64Array;
  /** The vector whose product with A is asked for. */
  readonly direction: Float64Array;
  isDone: boolean;
  readonly #residual: Float64Array;
  readonly #goal: number;
  #norm: number;

  constructor(
    rightSide: Float64Array,
    private readonly strength: number,
  ) {
    this.solution = new Float64Array(rightSide.length);
    this.direction = Float64Array.from(rightSide);
    this.#residual = Float64Array.from(rightSide);
    this.#norm = squaredNorm(rightSide);
    this.#goal = TOLERANCE ** 2 * this.#norm;
    this.isDone = this.#norm === 0;
  }

  /** @param product A · direction */
  advance(product: Float64Array): void {
    if (this.isDone) return;
    const { direction, solution, strength } = this;
    const residual = this.#residual;
    let curvature = 0;
    for (let d = 0; d < direction.length; d++) {
      product[d]! += strength * direction[d]!;
      curvature += direction[d]! * product[d]!;
    }
    if (!(curvature > 0)) {
      this.isDone = true; // flat up to rounding
      return;
    }
    const step = this.#norm / curvature;
    for (let d = 0; d < direction.length; d++) {
      solution[d]! += step * direction[d]!;
      residual[d]! -= step * product[d]!;
    }
    const norm = squaredNorm(residual);
    const keep = norm / this.#norm;
    for (let d = 0; d < direction.length; d++) direction[d] = residual[d]! + keep * direction[d]!;
    this.#norm = norm;
    this.isDone = norm <= this.#goal;
  }
}

/** Xᵀy / n for one target. */
function correlationWith(
  { numImages, dim, values }: Features,
  targets: Float64Array,
  numTargets: number,
  target: number,
): Float64Array {
  const sums = new Float64Array(dim);
  for (let i = 0; i < numImages; i++) {
    const y = targets[i * numTargets + target]! / numImages;
    for (let d = 0; d < dim; d++) sums[d]! += values[i * dim + d]! * y;
  }
  return sums;
}

function squaredNorm(vector: Float64Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return sum;
}
