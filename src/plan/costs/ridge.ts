/** Ridge regression in closed form and float64, for a few hundred features. Source: Hoerl and Kennard 1970, Technometrics 12. */
import { DarkmatterError, ShapeError, ValueError } from "../../compute/errors.js";

export interface RidgeFit {
  /** [numFeatures] */
  readonly weights: Float64Array;
  readonly bias: number;
}

/**
 * Minimise 1/n Σ (w·x + b − y)² + λ ‖w‖²; the bias is not held down.
 *   w = (XᵀX/n + λ)⁻¹ Xᵀy/n over centred X and y,   b = mean y − w · mean x
 * @param features [n, numFeatures]
 * @param targets [n]
 * @throws ShapeError if the sizes do not fit; ValueError unless λ ≥ 0; DarkmatterError if λ = 0 and features depend on
 * each other
 */
export function fitRidge(features: Float64Array, targets: Float64Array, strength: number): RidgeFit {
  const n = targets.length;
  const numFeatures = features.length / n;
  if (!(n >= 1 && Number.isInteger(numFeatures) && numFeatures >= 1)) {
    throw new ShapeError("fitRidge", "features", [n, "numFeatures"], [features.length]);
  }
  if (!(strength >= 0)) throw new ValueError("fitRidge", "strength", "at least 0", strength);
  const means = new Float64Array(numFeatures);
  for (let i = 0; i < features.length; i++) means[i % numFeatures]! += features[i]! / n;
  const targetMean = targets.reduce((sum, target) => sum + target, 0) / n;

  const gram = new Float64Array(numFeatures ** 2); // lower triangle
  const weights = new Float64Array(numFeatures); // Xᵀy/n until it is solved in place
  const row = new Float64Array(numFeatures);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < numFeatures; j++) row[j] = features[i * numFeatures + j]! - means[j]!;
    for (let j = 0; j < numFeatures; j++) {
      const scaled = row[j]! / n;
      weights[j]! += scaled * (targets[i]! - targetMean);
      for (let k = 0; k <= j; k++) gram[j * numFeatures + k]! += scaled * row[k]!;
    }
  }
  for (let j = 0; j < numFeatures; j++) gram[j * numFeatures + j]! += strength;
  solvePositive(gram, weights);
  return { weights, bias: targetMean - weights.reduce((sum, weight, j) => sum + weight * means[j]!, 0) };
}

/** A pivot that is smaller than this share of its diagonal is rounding. */
const SINGULAR = 1e-12;

/** A x = b, in place, by A = L Lᵀ (Cholesky); of A only the lower triangle is read. */
function solvePositive(matrix: Float64Array, x: Float64Array): void {
  const n = x.length;
  for (let i = 0; i < n; i++) {
    const diagonal = matrix[i * n + i]!;
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!;
      if (i !== j) matrix[i * n + j] = sum / matrix[j * n + j]!;
      else if (sum > SINGULAR * diagonal) matrix[i * n + i] = Math.sqrt(sum);
      else throw new DarkmatterError("fitRidge: features depend on each other. Give a strength above 0.");
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= matrix[i * n + k]! * x[k]!;
    x[i]! /= matrix[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    x[i]! /= matrix[i * n + i]!;
    for (let k = 0; k < i; k++) x[k]! -= matrix[i * n + k]! * x[i]!;
  }
}
