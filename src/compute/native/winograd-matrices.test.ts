import { describe, expect, test } from "vitest";
import { inputSizeOf, kronecker, type Matrix, winogradMatrices } from "./winograd-matrices.js";

function apply(matrix: Matrix, values: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((sum, weight, i) => sum + weight * values[i]!, 0));
}

/** Not a multiple of anything, so that no two elements agree by chance. */
const wave = (count: number, pace: number) => Array.from({ length: count }, (_, i) => Math.sin(pace * i + 0.3));

describe.each([
  [2, 3],
  [4, 3],
  [4, 2],
  [2, 2],
] as const)("F(%i, %i)", (tileSize, numTaps) => {
  const { input, kernel, output } = winogradMatrices(tileSize, numTaps);
  const n = inputSizeOf(tileSize, numTaps);

  test("m + r - 1 products give m outputs of r taps", () => {
    const [data, weights] = [wave(n, 1.7), wave(numTaps, 2.3)];
    const kernelValues = apply(kernel, weights);
    const products = apply(input, data).map((value, i) => value * kernelValues[i]!);
    expect(products).toHaveLength(tileSize + numTaps - 1);
    const got = apply(output, products);
    const expected = Array.from({ length: tileSize }, (_, i) =>
      weights.reduce((sum, weight, tap) => sum + weight * data[i + tap]!, 0),
    );
    for (const [i, value] of expected.entries()) expect(got[i]).toBeCloseTo(value, 12);
  });

  test("in two dimensions, by Kronecker squares", () => {
    const [data, weights] = [wave(n * n, 1.1), wave(numTaps ** 2, 2.9)];
    const square = (matrix: Matrix) => kronecker(matrix, matrix);
    const kernelValues = apply(square(kernel), weights);
    const products = apply(square(input), data).map((value, i) => value * kernelValues[i]!);
    const got = apply(square(output), products);
    for (let place = 0; place < tileSize ** 2; place++) {
      const [row, column] = [Math.floor(place / tileSize), place % tileSize];
      const expected = weights.reduce((sum, weight, tap) => {
        const at = (row + Math.floor(tap / numTaps)) * n + column + (tap % numTaps);
        return sum + weight * data[at]!;
      }, 0);
      expect(got[place]).toBeCloseTo(expected, 12);
    }
  });
});

test("F(2, 3) is Lavin and Gray's, up to signs that cancel", () => {
  const { input, kernel, output } = winogradMatrices(2, 3);
  expect(output).toEqual([
    [1, 1, 1, 0],
    [0, 1, -1, 1],
  ]);
  const magnitudes = (matrix: Matrix) => matrix.map((row) => row.map(Math.abs));
  expect(magnitudes(kernel)).toEqual([
    [1, 0, 0],
    [0.5, 0.5, 0.5],
    [0.5, 0.5, 0.5],
    [0, 0, 1],
  ]);
  expect(magnitudes(input)).toEqual([
    [1, 0, 1, 0],
    [0, 1, 1, 0],
    [0, 1, 1, 0],
    [0, 1, 0, 1],
  ]);
});
