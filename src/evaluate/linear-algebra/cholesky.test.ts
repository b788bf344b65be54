import { expect, test } from "vitest";
import { keyFor, Random } from "../../compute/index.js";
import { choleskySolver, invertPositive } from "./cholesky.js";

const N = 12;
const at = (matrix: Float64Array, i: number, j: number) => matrix[i * N + j]!;

/** B Bᵀ + 0.1 I for a random B. */
function positiveMatrix(seed: number): Float64Array {
  const random = new Random(keyFor(seed));
  const root = Float64Array.from({ length: N * N }, () => random.normal());
  return Float64Array.from({ length: N * N }, (_, place) => {
    const [i, j] = [Math.floor(place / N), place % N];
    let sum = i === j ? 0.1 : 0;
    for (let k = 0; k < N; k++) sum += at(root, i, k) * at(root, j, k);
    return sum;
  });
}

test.each([0, 1, 2])("the inverse times the matrix is the identity (seed %d)", (seed) => {
  const matrix = positiveMatrix(seed);
  const inverse = invertPositive(matrix, N);
  for (let i = 0; i < N; i++) {
    for (let j = 0; j < N; j++) {
      let sum = 0;
      for (let k = 0; k < N; k++) sum += at(matrix, i, k) * at(inverse, k, j);
      expect(sum).toBeCloseTo(i === j ? 1 : 0, 8);
    }
  }
});

test("a solution solves, for several right sides of one factor", () => {
  const matrix = positiveMatrix(3);
  const solve = choleskySolver(matrix, N);
  for (const seed of [0, 1]) {
    const random = new Random(keyFor(seed));
    const rightSide = Float64Array.from({ length: N }, () => random.normal());
    const x = solve(rightSide);
    for (let i = 0; i < N; i++) {
      let sum = 0;
      for (let k = 0; k < N; k++) sum += at(matrix, i, k) * x[k]!;
      expect(sum).toBeCloseTo(rightSide[i]!, 9);
    }
  }
});

test("by hand: [[4, 2], [2, 3]] has the inverse [[3, −2], [−2, 4]] / 8", () => {
  expect([...invertPositive(Float64Array.of(4, 2, 2, 3), 2)].map((value) => value * 8)).toEqual(
    [3, -2, -2, 4].map((value) => expect.closeTo(value, 12)),
  );
});

test("a matrix that is not positive definite, or not square, is refused", () => {
  expect(() => invertPositive(Float64Array.of(1, 2, 2, 1), 2)).toThrow(/not positive definite \(pivot 1 is -3\)/);
  expect(() => choleskySolver(Float64Array.of(1, 2), 2)).toThrow('"matrix" must have shape [2, 2], got [2]');
});
