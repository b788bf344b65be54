/** Symmetric positive definite systems in float64, on the host: A = L Lᵀ (Golub and Van Loan, Matrix Computations, 4.2). */
import { DarkmatterError, ShapeError } from "../../compute/index.js";

/**
 * Factor once, solve often.
 * @param matrix symmetric positive definite [n, n]; only the lower triangle is read
 * @returns b → A⁻¹ b
 * @throws ShapeError if the matrix is not [n, n]; DarkmatterError if it is not positive definite
 */
export function choleskySolver(matrix: Float64Array, n: number): (rightSide: Float64Array) => Float64Array {
  const lower = choleskyFactor(matrix, n);
  return (rightSide) => {
    const x = rightSide.slice();
    for (let i = 0; i < n; i++) {
      let sum = x[i]!;
      for (let k = 0; k < i; k++) sum -= lower[i * n + k]! * x[k]!;
      x[i] = sum / lower[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      const value = x[i]! / lower[i * n + i]!;
      x[i] = value;
      for (let k = 0; k < i; k++) x[k]! -= lower[i * n + k]! * value;
    }
    return x;
  };
}

/**
 * A⁻¹ = L⁻ᵀ L⁻¹, both triangles.
 * @throws as `choleskySolver`
 */
export function invertPositive(matrix: Float64Array, n: number): Float64Array {
  const inverse = invertLower(choleskyFactor(matrix, n), n);
  const result = new Float64Array(n * n);
  // A⁻¹ = Σ_k (row k of L⁻¹)ᵀ (row k of L⁻¹)
  for (let k = 0; k < n; k++) {
    for (let i = 0; i <= k; i++) {
      const factor = inverse[k * n + i]!;
      for (let j = 0; j <= i; j++) result[i * n + j]! += factor * inverse[k * n + j]!;
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) result[j * n + i] = result[i * n + j]!;
  return result;
}

function choleskyFactor(matrix: Float64Array, n: number): Float64Array {
  if (matrix.length !== n * n) throw new ShapeError("choleskyFactor", "matrix", [n, n], [matrix.length]);
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      if (i !== j) lower[i * n + j] = sum / lower[j * n + j]!;
      else if (sum > 0) lower[i * n + i] = Math.sqrt(sum);
      else throw new DarkmatterError(`choleskyFactor: the matrix is not positive definite (pivot ${i} is ${sum}).`);
    }
  }
  return lower;
}

function invertLower(lower: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = inverse.subarray(i * n, (i + 1) * n);
    for (let k = 0; k < i; k++) {
      const factor = lower[i * n + k]!;
      for (let j = 0; j <= k; j++) row[j]! -= factor * inverse[k * n + j]!;
    }
    const diagonal = lower[i * n + i]!;
    for (let j = 0; j < i; j++) row[j]! /= diagonal;
    row[i] = 1 / diagonal;
  }
  return inverse;
}
