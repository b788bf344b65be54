import { describe, expect, test } from "vitest";
import { tinyConfig } from "./testing/tiny-run.js";
import { usePictures } from "./testing/use-pictures.js";
import { fitToSeconds, measureSteps, warmupFor } from "./time-budget.js";

const pictures = usePictures(16);

describe("fitToSeconds", () => {
  const fitted = (seconds: number, secondsPerStep: number) =>
    fitToSeconds(tinyConfig(pictures.set), seconds, secondsPerStep);

  test("takes as many steps as fit, a tenth of them warm-up", () => {
    expect(fitted(60, 0.25)).toMatchObject({ totalSteps: 240, warmupSteps: 24, batchSize: 8 });
    expect(fitted(1, 0.3)).toMatchObject({ totalSteps: 3, warmupSteps: 0 });
  });

  test("says what would be enough when it is not", () => {
    expect(() => fitted(3, 2)).toThrow(/"minutes" must be at least 0\.067, got 0\.05\. One step takes 2\.0 s/);
    expect(() => fitted(Number.NaN, 2)).toThrow(/"minutes"/);
    expect(fitted(4, 2).totalSteps).toBe(2);
  });
});

test("the warm-up is a tenth, at most 500 steps", () => {
  expect([9, 100, 4999, 5000, 1e6].map(warmupFor)).toEqual([0, 10, 499, 500, 500]);
});

describe("measureSteps", () => {
  test("times steps at any learning rate, and leaves nothing behind", async () => {
    const config = tinyConfig(pictures.set, { learningRate: 1e30, totalSteps: 10 });
    const measured = await measureSteps(config, pictures.set);
    const { secondsPerStep, imagesPerSecond, peakBytes, residentBytes, freeBytes, secondsSpent } = measured;
    expect(secondsPerStep).toBeGreaterThan(0);
    expect(imagesPerSecond).toBeCloseTo(8 / secondsPerStep, 6);
    expect(peakBytes).toBeGreaterThan(1000);
    expect(residentBytes).toBeGreaterThan(peakBytes!);
    expect(freeBytes).toBeGreaterThan(0);
    expect(secondsSpent).toBeGreaterThan(5 * secondsPerStep);
  });

  test("measures a short run briefly and a long one longer", async () => {
    const config = tinyConfig(pictures.set);
    const short = await measureSteps(config, pictures.set, { steps: 2 });
    const long = await measureSteps(config, pictures.set, { seconds: 3600 });
    expect(short.numSteps).toBe(3);
    expect(long.numSteps).toBeGreaterThan(3);
  });
});
