import { describe, expect, test } from "vitest";
import { constant, cosineBetween, linearBetween, stepAt, warmupCosine } from "./schedule.js";

describe("warmupCosine", () => {
  const schedule = warmupCosine({ peak: 1, warmupSteps: 10, totalSteps: 110 });

  test.each([
    [0, 0.1],
    [9, 1],
    [10, 1],
    [60, 0.5],
    [110, 0],
    [1000, 0],
  ])("at step %i it is %f", (step, value) => expect(schedule(step)).toBeCloseTo(value, 12));

  test("ends at the final value", () => {
    const ending = warmupCosine({ peak: 1, warmupSteps: 0, totalSteps: 4, final: 0.2 });
    expect(ending(0)).toBe(1);
    expect(ending(2)).toBeCloseTo(0.6, 12);
    expect(ending(4)).toBeCloseTo(0.2, 12);
  });

  test("names a warm-up longer than the training", () => {
    expect(() => warmupCosine({ peak: 1, warmupSteps: 5, totalSteps: 5 })).toThrow("below totalSteps = 5, got 5");
  });
});

test("constant is constant", () => expect([0, 7, 1e6].map(constant(3))).toEqual([3, 3, 3]));

describe("cosineBetween", () => {
  test("BYOL's average as its appendix writes it: 1 − (1 − τ₀)(cos(πk/K) + 1)/2", () => {
    const decay = cosineBetween({ from: 0.996, to: 1, totalSteps: 10 });
    for (const k of [0, 1, 4, 5, 9, 10]) {
      expect(decay(k)).toBeCloseTo(1 - (0.004 * (Math.cos((Math.PI * k) / 10) + 1)) / 2, 14);
    }
    expect(decay(5)).toBeCloseTo(0.998, 12);
  });

  test("rises as well as falls, and stays where it ends", () => {
    expect(cosineBetween({ from: 0.04, to: 0.4, totalSteps: 4 })(2)).toBeCloseTo(0.22, 12);
    expect(cosineBetween({ from: 1, to: 0, totalSteps: 4 })(100)).toBe(0);
  });

  test("names a length that cannot be", () => {
    expect(() => cosineBetween({ from: 0, to: 1, totalSteps: 0 })).toThrow('"totalSteps" must be a positive number');
    expect(() => linearBetween({ from: 0, to: 1, totalSteps: Number.NaN })).toThrow("linearBetween");
  });
});

test("linearBetween: a quarter of the way after a quarter of the steps, and no further than the end", () => {
  const line = linearBetween({ from: 0.04, to: 0.08, totalSteps: 8 });
  expect([0, 2, 8, 80].map((step) => line(step))).toEqual([0.04, 0.05, 0.08, 0.08]);
});

test("stepAt changes once", () => expect([0, 4, 5, 6].map(stepAt(5, 0, 1))).toEqual([0, 0, 1, 1]));
