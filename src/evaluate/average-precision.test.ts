import fc from "fast-check";
import { expect, test } from "vitest";
import { averagePrecision, chancePrecision } from "./average-precision.js";

test("by hand: right, wrong, right, wrong is (1/1 + 2/3) / 2", () => {
  expect(averagePrecision([0.9, 0.8, 0.7, 0.6], (i) => i % 2 === 0)).toBeCloseTo((1 + 2 / 3) / 2, 12);
  expect(averagePrecision([1, 2, 3], (i) => i === 2)).toBe(1);
  expect(averagePrecision([1, 2, 3], (i) => i === 0)).toBeCloseTo(1 / 3, 12);
  expect(averagePrecision([1, 2], () => false)).toBeNaN();
});

test("equals are found together: all equal gives the share of right ones, in any order", () => {
  expect(averagePrecision([5, 5, 5, 5], (i) => i === 3)).toBeCloseTo(1 / 4, 12);
  expect(averagePrecision([5, 5, 5, 5], (i) => i < 2)).toBeCloseTo(1 / 2, 12);
});

test("only the order of scores matters, and 0 < AP <= 1", () => {
  const items = fc.array(fc.record({ score: fc.integer({ min: -20, max: 20 }), right: fc.boolean() }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(items, (list) => {
      fc.pre(list.some(({ right }) => right));
      const ap = averagePrecision(
        list.map(({ score }) => score),
        (i) => list[i]!.right,
      );
      const backwards = list.toReversed();
      const moved = averagePrecision(
        backwards.map(({ score }) => Math.exp(score / 9)),
        (i) => backwards[i]!.right,
      );
      expect(moved).toBeCloseTo(ap, 10);
      expect(ap).toBeGreaterThan(0);
      expect(ap).toBeLessThanOrEqual(1);
    }),
  );
});

test("chance is the mean over all orders", () => {
  // one right of three stands 1st, 2nd or 3rd: (1 + 1/2 + 1/3) / 3
  expect(chancePrecision(1, 3)).toBeCloseTo((1 + 1 / 2 + 1 / 3) / 3, 12);
  // two of three: places 12, 13, 23
  expect(chancePrecision(2, 3)).toBeCloseTo((1 + (1 + 2 / 3) / 2 + (1 / 2 + 2 / 3) / 2) / 3, 12);
  expect(chancePrecision(3, 3)).toBeCloseTo(1, 12);
});
