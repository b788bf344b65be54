import { expect, test } from "vitest";
import { keyFor, Random } from "../../compute/index.js";
import { readTemporalMeters, type SequenceFeatures } from "./temporal-meter.js";

function sequences(numSequences: number, numSteps: number, dim: number, valueAt: (b: number, t: number) => number) {
  const values = new Float32Array(numSequences * numSteps * dim);
  let at = 0;
  for (let b = 0; b < numSequences; b++) {
    for (let t = 0; t < numSteps; t++) for (let d = 0; d < dim; d++) values[at++] = valueAt(b, t);
  }
  return { numSequences, numSteps, dim, values } satisfies SequenceFeatures;
}

test("by hand: steps -1, 1 about the means 0 and 4", () => {
  // within: variance 2 (divisor 1) in both; between: variance of 0 and 4 is 8
  const { stdRatio } = readTemporalMeters(sequences(2, 2, 3, (b, t) => 4 * b + 2 * t - 1));
  expect(stdRatio).toBeCloseTo(Math.sqrt(2 / 8), 12);
});

test("a constant for each sequence stands still; so does one for everything", () => {
  expect(readTemporalMeters(sequences(4, 5, 2, (b) => b)).stdRatio).toBe(0);
  expect(readTemporalMeters(sequences(4, 5, 2, () => 7)).stdRatio).toBe(0);
});

test("independent steps give √T, whatever the scale", () => {
  for (const scale of [1e-3, 1, 1e3]) {
    const random = new Random(keyFor(0, "steps"));
    const { stdRatio } = readTemporalMeters(sequences(400, 9, 4, () => scale * random.normal()));
    expect(Math.abs(stdRatio - 3)).toBeLessThan(0.15);
  }
});

test("one sequence or one step says nothing", () => {
  expect(() => readTemporalMeters(sequences(1, 5, 2, () => 0))).toThrow(/B >= 2/);
  expect(() => readTemporalMeters(sequences(5, 1, 2, () => 0))).toThrow(/T >= 2/);
});
