import { describe, expect, test } from "vitest";
import { keyFor, Random, ValueError } from "../compute/index.js";
import { areaUnderRoc, areaUnderRocEstimate } from "./area-under-roc.js";

/** By definition: every positive against every negative. */
function allComparisons(negatives: readonly number[], positives: readonly number[]): number {
  const wins = positives.flatMap((p) => negatives.map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
  return wins.reduce((sum: number, win) => sum + win, 0) / wins.length;
}

describe("areaUnderRoc", () => {
  test("by hand: 2 and 4 against 1 and 3 win three of four; equal scores win half", () => {
    expect(areaUnderRoc([1, 3], [2, 4])).toBe(0.75);
    expect(areaUnderRoc([1, 2], [2, 2])).toBe(0.75);
    expect(areaUnderRoc([1, 2], [3])).toBe(1);
    expect(areaUnderRoc([3], [1, 2])).toBe(0);
    expect(areaUnderRoc([5, 5], [5])).toBe(0.5);
  });

  test("agrees with all comparisons, ties included", () => {
    const random = new Random(keyFor(1, "ties"));
    const draw = (n: number, most: number) => Array.from({ length: n }, () => random.integer(most));
    for (let i = 0; i < 20; i++) {
      const [negatives, positives] = [draw(1 + i, 6), draw(20 - i, 8)];
      expect(areaUnderRoc(negatives, positives)).toBeCloseTo(allComparisons(negatives, positives), 12);
    }
  });

  test("normal scores a standard deviation apart: Φ(1/√2) = .760", () => {
    const random = new Random(keyFor(2, "normal"));
    const trials = Array.from({ length: 2000 }, () => ({
      negatives: [random.normal()],
      positives: [random.normal() + 1],
    }));
    const { mean, low, high, n } = areaUnderRocEstimate(trials, keyFor(3));
    expect(low).toBeLessThan(0.7602);
    expect(high).toBeGreaterThan(0.7602);
    expect(mean).toBeCloseTo(0.76, 1);
    // Hanley and McNeil 1982: standard error √((A(1−A) + (n−1)(Q1 + Q2 − 2A²)) / n²), Q1 = A/(2−A), Q2 = 2A²/(1+A) = .0075.
    expect(high - low).toBeGreaterThan(0.9 * 2 * 1.96 * 0.0075);
    expect(high - low).toBeLessThan(1.15 * 2 * 1.96 * 0.0075);
    expect(n).toBe(2000);
  });

  test("trials stay whole: the same scores as one trial have no width", () => {
    const { low, high } = areaUnderRocEstimate([{ negatives: [1, 3], positives: [2, 4] }], keyFor(0));
    expect([low, high]).toEqual([0.75, 0.75]);
  });

  test("refuses a missing kind and NaN", () => {
    expect(() => areaUnderRoc([], [1])).toThrow(ValueError);
    expect(() => areaUnderRoc([1], [])).toThrow(/"positives" must be at least one score/);
    expect(() => areaUnderRoc([1], [Number.NaN])).toThrow(/free of NaN/);
  });
});
