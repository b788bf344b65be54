import { describe, expect, test } from "vitest";
import { type Matrix, winogradMatrices } from "./winograd-matrices.js";

function apply({ rows, columns, data }: Matrix, values: readonly number[]): number[] {
  return Array.from({ length: rows }, (_, row) =>
    values.reduce((sum, value, column) => sum + data[row * columns + column]! * value, 0),
  );
}

/** Not a multiple of anything, so that no two elements agree by chance. */
const wave = (count: number, pace: number) => Array.from({ length: count }, (_, i) => Math.sin(pace * i + 0.3));

describe.each([2, 4] as const)("F(%i x %i, 3 x 3)", (tileSize) => {
  const matrices = winogradMatrices(tileSize);
  const n = matrices.inputSize;
  const image = wave(n * n, 1.7);
  const kernel = wave(9, 2.3);
  const direct = (weights: readonly number[]) =>
    Array.from({ length: tileSize ** 2 }, (_, output) => {
      const [row, column] = [Math.floor(output / tileSize), output % tileSize];
      return weights.reduce((sum, w, k) => sum + w * image[(row + Math.floor(k / 3)) * n + column + (k % 3)]!, 0);
    });
  const byProducts = (ofKernel: Matrix) => {
    const kernelValues = apply(ofKernel, kernel);
    const products = apply(matrices.input, image).map((value, i) => value * kernelValues[i]!);
    return apply(matrices.output, products);
  };

  test("(m + 2)² products give m² outputs", () => {
    expect(n).toBe(tileSize + 2);
    for (const [i, value] of byProducts(matrices.kernel).entries()) expect(value).toBeCloseTo(direct(kernel)[i]!, 5);
  });

  test("a flipped kernel is the kernel read backwards", () => {
    const expected = direct(kernel.toReversed());
    for (const [i, value] of byProducts(matrices.flippedKernel).entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  });
});

test("F(2 x 2, 3 x 3) are the numbers of Lavin and Gray, up to signs and halves that cancel", () => {
  const { output } = winogradMatrices(2);
  // Aᵀ = [1 1 1 0; 0 1 -1 1], squared by Kronecker: the first row is ones where both factors are.
  expect([...output.data.slice(0, 16)]).toEqual([1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0]);
});
