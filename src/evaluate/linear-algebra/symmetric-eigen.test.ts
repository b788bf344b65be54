import fc from "fast-check";
import { expect, test } from "vitest";
import { keyFor, Random } from "../../compute/index.js";
import { symmetricEigen } from "./symmetric-eigen.js";

function randomSymmetric(n: number, seed: number): Float64Array {
  const random = new Random(keyFor(seed, "matrix", n));
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = random.normal();
  }
  return matrix;
}

/** max |A v − λ v| over all pairs, and max |V Vᵀ − I|. */
function residuals(matrix: Float64Array, n: number): { equation: number; orthogonality: number } {
  const { values, vectors } = symmetricEigen(matrix, n, { vectors: true });
  let [equation, orthogonality] = [0, 0];
  for (let c = 0; c < n; c++) {
    const v = vectors.subarray(c * n, (c + 1) * n);
    for (let i = 0; i < n; i++) {
      let sum = -values[c]! * v[i]!;
      for (let j = 0; j < n; j++) sum += matrix[i * n + j]! * v[j]!;
      equation = Math.max(equation, Math.abs(sum));
    }
    for (let other = 0; other < n; other++) {
      let sum = other === c ? -1 : 0;
      for (let j = 0; j < n; j++) sum += v[j]! * vectors[other * n + j]!;
      orthogonality = Math.max(orthogonality, Math.abs(sum));
    }
  }
  return { equation, orthogonality };
}

test("a 2 x 2 by hand: [[2, 1], [1, 2]] has 3 along (1, 1) and 1 along (1, -1)", () => {
  const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2, { vectors: true });
  expect(values[0]).toBeCloseTo(3, 14);
  expect(values[1]).toBeCloseTo(1, 14);
  expect(vectors[0]! / vectors[1]!).toBeCloseTo(1, 14);
  expect(vectors[2]! / vectors[3]!).toBeCloseTo(-1, 14);
});

test("the path graph's second differences have 2 − 2 cos(π k / (n + 1))", () => {
  const n = 30;
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    matrix[i * n + i] = 2;
    if (i > 0) matrix[i * n + i - 1] = matrix[(i - 1) * n + i] = -1;
  }
  const { values } = symmetricEigen(matrix, n, { vectors: false });
  for (let k = 1; k <= n; k++) expect(values[n - k]).toBeCloseTo(2 - 2 * Math.cos((Math.PI * k) / (n + 1)), 12);
});

test("repeated, zero and tiny eigenvalues: identity, zeros, rank one, one by one", () => {
  const identity = Float64Array.from({ length: 25 }, (_, i) => (i % 6 === 0 ? 1 : 0));
  expect([...symmetricEigen(identity, 5, { vectors: false }).values]).toEqual([1, 1, 1, 1, 1]);
  expect([...symmetricEigen(new Float64Array(16), 4, { vectors: false }).values]).toEqual([0, 0, 0, 0]);
  const ones = symmetricEigen(new Float64Array(36).fill(1e-9), 6, { vectors: false }).values;
  expect(ones[0]).toBeCloseTo(6e-9, 20);
  expect(Math.abs(ones[1]!)).toBeLessThan(1e-22);
  expect([...symmetricEigen(Float64Array.of(-7), 1, { vectors: true }).values]).toEqual([-7]);
});

test("any symmetric matrix: A v = λ v, V orthonormal, values sorted and summing to the trace", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 24 }), fc.integer(), (n, seed) => {
      const matrix = randomSymmetric(n, seed);
      const { equation, orthogonality } = residuals(matrix, n);
      expect(equation).toBeLessThan(1e-12 * (n + 1));
      expect(orthogonality).toBeLessThan(1e-12 * (n + 1));
      const { values } = symmetricEigen(matrix, n, { vectors: false });
      let trace = 0;
      for (let i = 0; i < n; i++) trace += matrix[i * n + i]!;
      expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(trace, 10);
      expect([...values]).toEqual([...values].sort((a, b) => b - a));
    }),
    { numRuns: 40 },
  );
});

test("size 200 stays accurate", () => {
  const { equation, orthogonality } = residuals(randomSymmetric(200, 1), 200);
  expect(equation).toBeLessThan(1e-11);
  expect(orthogonality).toBeLessThan(1e-11);
});
