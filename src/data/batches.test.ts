import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchIndices, epochOf, stepsPerEpoch } from "./batches.js";

const plans = fc
  .record({ batchSize: fc.integer({ min: 1, max: 20 }), rounds: fc.integer({ min: 1, max: 9 }), rest: fc.nat(19) })
  .map(({ batchSize, rounds, rest }) => ({ batchSize, numImages: batchSize * rounds + (rest % batchSize) }));

/** All indices of an epoch, in order. */
function epochIndices(plan: { numImages: number; batchSize: number }, seed: number, epoch: number): number[] {
  const steps = stepsPerEpoch(plan);
  return Array.from({ length: steps }, (_, i) => [...batchIndices({ ...plan, seed, step: epoch * steps + i })]).flat();
}

describe("batchIndices", () => {
  test("no image comes twice in an epoch, and only the part that fills no batch is left out", () => {
    fc.assert(
      fc.property(plans, fc.integer(), fc.nat(5), (plan, seed, epoch) => {
        const seen = epochIndices(plan, seed, epoch);
        expect(new Set(seen).size).toBe(seen.length);
        expect(plan.numImages - seen.length).toBe(plan.numImages % plan.batchSize);
        expect(seen.every((index) => index >= 0 && index < plan.numImages)).toBe(true);
      }),
    );
  });

  test("a step gives the same batch whatever was asked before", () => {
    fc.assert(
      fc.property(plans, fc.integer(), fc.array(fc.nat(40), { minLength: 2, maxLength: 6 }), (plan, seed, steps) => {
        const forwards = steps.map((step) => batchIndices({ ...plan, seed, step }));
        const backwards = steps.toReversed().map((step) => batchIndices({ ...plan, seed, step }));
        expect(backwards.toReversed()).toEqual(forwards);
      }),
    );
  });

  test("what a caller does to a batch does not reach the next one", () => {
    const plan = { numImages: 10, batchSize: 5, seed: 1, step: 0 };
    const batch = batchIndices(plan);
    const before = [...batch];
    batch.fill(0);
    expect([...batchIndices(plan)]).toEqual(before);
  });

  test("epochs and seeds shuffle differently", () => {
    const plan = { numImages: 100, batchSize: 10 };
    const orders = [epochIndices(plan, 1, 0), epochIndices(plan, 1, 1), epochIndices(plan, 2, 0)].map(String);
    expect(new Set(orders).size).toBe(3);
  });

  test("every image is equally likely to be first", () => {
    const counts = new Array(4).fill(0);
    for (let seed = 0; seed < 4000; seed++) counts[batchIndices({ numImages: 4, batchSize: 1, seed, step: 0 })[0]!]++;
    // 1000 each, standard deviation 27
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  test("the epoch turns after the last whole batch", () => {
    const plan = { numImages: 11, batchSize: 4 };
    expect(stepsPerEpoch(plan)).toBe(2);
    expect([0, 1, 2, 3, 4].map((step) => epochOf({ ...plan, step }))).toEqual([0, 0, 1, 1, 2]);
  });

  test("what cannot be is refused by name", () => {
    const plan = { numImages: 10, batchSize: 5, seed: 1, step: 0 };
    expect(() => batchIndices({ ...plan, batchSize: 11 })).toThrow('"batchSize" must be at most the 10 images');
    expect(() => batchIndices({ ...plan, batchSize: 0 })).toThrow('"batchSize" must be a whole number');
    expect(() => batchIndices({ ...plan, step: -1 })).toThrow('"step"');
    expect(() => batchIndices({ ...plan, step: 0.5 })).toThrow('"step"');
  });
});
