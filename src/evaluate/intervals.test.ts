import fc from "fast-check";
import { expect, test } from "vitest";
import { keyFor } from "../compute/index.js";
import { bootstrapEstimate, meanEstimate, studentQuantile975, wilsonEstimate } from "./intervals.js";

test("Wilson: 19 of 20 is [76, 99] %, 97 of 100 is [91.5, 99] % (published values)", () => {
  const small = wilsonEstimate(19, 20);
  expect(small.low).toBeCloseTo(0.764, 3);
  expect(small.high).toBeCloseTo(0.991, 3);
  expect(wilsonEstimate(97, 100).low).toBeCloseTo(0.915, 3);
});

test("Wilson stays in 0..1 and holds the mean, at the ends too", () => {
  expect(wilsonEstimate(0, 0)).toEqual({ mean: 0, low: 0, high: 1, n: 0 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
      const { mean, low, high } = wilsonEstimate(Math.round(share * n), n);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(low).toBeLessThanOrEqual(mean + 1e-12);
      expect(high).toBeGreaterThanOrEqual(mean - 1e-12);
    }),
  );
});

test("Student's quantile against tables: 3.182, 2.571, 2.262, 2.093, 1.984", () => {
  const table = { 3: 3.182446, 5: 2.570582, 9: 2.262157, 19: 2.093024, 99: 1.984217 };
  for (const [v, t] of Object.entries(table))
    expect(Math.abs(studentQuantile975(Number(v)) / t - 1)).toBeLessThan(0.005);
  expect(studentQuantile975(19)).toBeCloseTo(2.093024, 5);
  expect(studentQuantile975(2)).toBeCloseTo(4.302653, 6);
});

test("mean of draws by hand: 1, 2, 3 gives 2 ± 4.3027 / √3", () => {
  const { mean, low, high, n } = meanEstimate([1, 2, 3]);
  expect([mean, n]).toEqual([2, 3]);
  expect(high - mean).toBeCloseTo(4.302653 / Math.sqrt(3), 5);
  expect(mean - low).toBeCloseTo(high - mean, 12);
  expect(meanEstimate([0.5])).toEqual({ mean: 0.5, low: 0.5, high: 0.5, n: 1 });
});

test("bootstrap of a mean agrees with its standard error; a constant has no width", () => {
  const values = Array.from({ length: 400 }, (_, i) => Math.sin(i * 12.9898) * 2);
  const mean = (positions: ArrayLike<number>) =>
    Array.from(positions).reduce((sum, at) => sum + values[at]!, 0) / positions.length;
  const estimate = bootstrapEstimate(mean, 400, keyFor(0, "bootstrap"));
  const student = meanEstimate(values);
  expect(estimate.mean).toBeCloseTo(student.mean, 12);
  expect(estimate.high - estimate.low).toBeCloseTo(student.high - student.low, 1);
  expect(bootstrapEstimate(() => 5, 10, keyFor(0))).toEqual({ mean: 5, low: 5, high: 5, n: 10 });
});
