import { expect, test } from "vitest";
import { keyFor, Random } from "../../compute/random.js";
import { conformalThreshold } from "./conformal.js";

test("the rank, by hand", () => {
  const scores = [9, 1, 8, 2, 7, 3, 6, 4, 5]; // n + 1 = 10
  expect(conformalThreshold(scores, 0.1)).toBe(9);
  expect(conformalThreshold(scores, 0.2)).toBe(8);
  expect(conformalThreshold(scores, 0.25)).toBe(8); // ⌈7.5⌉
  expect(conformalThreshold(scores, 0.7)).toBe(3); // 10 · .3 is not 3.0000000000000004
  expect(conformalThreshold([4], 0.5)).toBe(4);
});

test("too few to promise anything: an error that says how many are needed", () => {
  const eighteen = new Float64Array(18);
  expect(() => conformalThreshold(eighteen, 0.05)).toThrow(/"scores" must be at least 19 for alpha 0.05, got 18/);
  expect(conformalThreshold(new Float64Array(19), 0.05)).toBe(0);
  expect(() => conformalThreshold([], 0.5)).toThrow(/at least 1/);
  expect(() => conformalThreshold(eighteen, 0)).toThrow(/above 0 and below 1/);
  expect(() => conformalThreshold([Number.NaN, 1], 0.5)).toThrow(/free of NaN/);
});

test("infinite scores are as bad as can be, and only that", () => {
  expect(conformalThreshold([1, 2, Number.POSITIVE_INFINITY], 0.5)).toBe(2);
});

test.each([
  [19, 0.1, 18 / 20],
  [50, 0.1, 46 / 51],
  [99, 0.05, 95 / 100],
])("of %i scores and alpha %f a new one stays below the threshold as often as promised", (n, alpha, expected) => {
  const random = new Random(keyFor(1, "coverage", n));
  const heavy = () => random.normal() / Math.abs(random.normal()); // no moments needed
  const numTrials = 20000;
  let covered = 0;
  for (let i = 0; i < numTrials; i++) {
    const threshold = conformalThreshold(Array.from({ length: n }, heavy), alpha);
    if (heavy() <= threshold) covered++;
  }
  expect(expected).toBeGreaterThanOrEqual(1 - alpha);
  expect(expected).toBeLessThanOrEqual(1 - alpha + 1 / (n + 1));
  const standardError = Math.sqrt((expected * (1 - expected)) / numTrials);
  expect(Math.abs(covered / numTrials - expected)).toBeLessThan(4 * standardError);
});
