import { describe, expect, test } from "vitest";
import { sinCosPositions } from "./sin-cos-positions.js";

const rowsOf = (gridSize: number, dim: number): number[][] => {
  const { data } = sinCosPositions(gridSize, dim);
  return Array.from({ length: gridSize ** 2 }, (_, n) => [...data.subarray(n * dim, (n + 1) * dim)]);
};

describe("sinCosPositions", () => {
  test("at the lowest width: sine and cosine of the column, then of the row", () => {
    const expected = [0, 1].flatMap((row) =>
      [0, 1].map((column) => [Math.sin(column), Math.cos(column), Math.sin(row), Math.cos(row)]),
    );
    rowsOf(2, 4).forEach((position, n) => {
      position.forEach((value, d) => {
        expect(value).toBeCloseTo(expected[n]![d]!, 6);
      });
    });
  });

  test("the second frequency of two is a hundredth of the first", () => {
    const [, second] = rowsOf(2, 8); // row 0, column 1
    expect(second![1]).toBeCloseTo(Math.sin(0.01), 6);
    expect(second![3]).toBeCloseTo(Math.cos(0.01), 6);
  });

  test("how alike two places are depends on the step between them alone, and the nearest are most alike", () => {
    const [gridSize, dim] = [5, 16];
    const rows = rowsOf(gridSize, dim);
    const dot = (a: number, b: number) => rows[a]!.reduce((sum, x, d) => sum + x * rows[b]![d]!, 0);
    expect(dot(0, 1)).toBeCloseTo(dot(12, 13), 5); // one to the right
    expect(dot(0, gridSize)).toBeCloseTo(dot(0, 1), 5); // one down
    expect(dot(3, 3)).toBeCloseTo(dim / 2, 5);
    expect(dot(0, 1)).toBeGreaterThan(dot(0, 2));
  });

  test("names the widths it can have", () => {
    expect(() => sinCosPositions(2, 6)).toThrow('sinCosPositions: "dim" must be a multiple of 4, got 6');
  });
});
