import { describe, expect, test } from "vitest";
import { constant, warmupCosine } from "./schedule.js";

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
