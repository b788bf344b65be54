import { describe, expect, test } from "vitest";
import type { Features } from "../features.js";
import { meanCosine, readPairMeters } from "./pair-meters.js";

function rows(...values: number[][]): Features {
  return { numImages: values.length, dim: values[0]!.length, values: Float32Array.from(values.flat()) };
}

const AXES = rows([1, 0], [0, 1]);

describe("meters of pairs", () => {
  test("two images at right angles, each met by its other view", () => {
    const { alignment, uniformity, ...similarities } = readPairMeters(AXES, rows([3, 0], [0, 0.5]));
    expect(alignment).toBeCloseTo(0, 12);
    expect(uniformity).toBeCloseTo(-4, 12); // log exp(-2 · 2)
    expect(similarities).toEqual({ positiveSimilarity: 1, negativeSimilarity: 0, similarityGap: 1 });
  });

  test("views that have nothing in common: the squared distance of right angles is 2", () => {
    const meters = readPairMeters(AXES, rows([0, 1], [1, 0]));
    expect(meters).toMatchObject({ positiveSimilarity: 0, alignment: 2 });
  });

  test("one point: nothing is apart", () => {
    const point = rows([1, 2], [1, 2], [2, 4]);
    const meters = readPairMeters(point, point);
    expect(meters.alignment).toBeCloseTo(0, 12);
    expect(meters.uniformity).toBeCloseTo(0, 12);
    expect(meters.similarityGap).toBeCloseTo(0, 12);
  });

  test("opposite images: the largest distance there is", () => {
    expect(readPairMeters(rows([1, 0], [-1, 0]), rows([1, 0], [-1, 0])).uniformity).toBeCloseTo(-8, 12);
  });

  test("rows of zeros have no direction, and no NaN", () => {
    const meters = readPairMeters(rows([0, 0], [1, 0]), rows([0, 0], [1, 0]));
    expect(meters.positiveSimilarity).toBe(0.5);
    expect(Object.values(meters).every(Number.isFinite)).toBe(true);
  });

  test("other shapes are refused", () => {
    expect(() => readPairMeters(AXES, rows([1, 0, 0], [0, 1, 0]))).toThrow(/second.*\[2, 2\].*\[2, 3\]/);
    expect(() => readPairMeters(rows([1, 0]), rows([1, 0]))).toThrow(/readPairMeters/);
  });
});

test("the mean cosine does not see lengths", () => {
  expect(meanCosine(AXES, rows([5, 0], [0, -2]))).toBe(0);
  expect(meanCosine(AXES, rows([5, 0], [0, 2]))).toBe(1);
});
