import fc from "fast-check";
import { expect, test } from "vitest";
import { float32, type HostArray, runOnce } from "../compute/index.js";
import { wavyArray } from "../compute/testing/gradient-check.js";
import { groupNorm } from "./group-norm.js";
import { evaluationMode, trainingMode } from "./layer.js";

const vector = (...values: number[]): HostArray => float32(values, [values.length]);

async function normalised(x: HostArray, numGroups: number, gain: HostArray, bias: HostArray): Promise<HostArray> {
  const layer = groupNorm(x.shape[1]!, numGroups);
  return (await runOnce({ x, gain, bias }, ({ x, gain, bias }) =>
    layer.apply({ gain, bias }, x, trainingMode()),
  )) as HostArray;
}

test("two channels of a group share mean and variance, then each has its gain and bias", async () => {
  // image 0 holds 1, 3 | 5, 7: mean 4, variance 5; image 1 the double, and is told apart
  const x = float32([1, 3, 5, 7, 2, 6, 10, 14], [2, 2, 1, 2]);
  const y = await normalised(x, 1, vector(1, 2), vector(0, 10));
  const unit = (variance: number) => 1 / Math.sqrt(variance + 1e-5);
  const expected = [
    [-3 * unit(5), -unit(5), 10 + 2 * unit(5), 10 + 6 * unit(5)],
    [-6 * unit(20), -2 * unit(20), 10 + 4 * unit(20), 10 + 12 * unit(20)],
  ].flat();
  for (const [i, value] of expected.entries()) expect(y.data[i]).toBeCloseTo(value, 4);
});

test("is what loops give, for any groups", async () => {
  const sizes = fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    numGroups: fc.integer({ min: 1, max: 4 }),
    inGroup: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 1, max: 3 }),
    width: fc.integer({ min: 2, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ batch, numGroups, inGroup, height, width }) => {
      const channels = numGroups * inGroup;
      const x = wavyArray([batch, channels, height, width], 1, 3);
      const [gain, bias] = [wavyArray([channels], 2), wavyArray([channels], 3)];
      const y = await normalised(x, numGroups, gain, bias);
      const size = inGroup * height * width; // a group is one run of memory
      for (let start = 0; start < x.data.length; start += size) {
        const group = Array.from(x.data.slice(start, start + size));
        const mean = group.reduce((sum, value) => sum + value, 0) / size;
        const variance = group.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size;
        for (const [i, value] of group.entries()) {
          const channel = Math.floor((start + i) / (height * width)) % channels;
          const unit = (value - mean) / Math.sqrt(variance + 1e-5);
          expect(y.data[start + i]).toBeCloseTo(unit * gain.data[channel]! + bias.data[channel]!, 3);
        }
      }
    }),
    { numRuns: 12, seed: 3 },
  );
});

test("evaluation is training: there is nothing to record", async () => {
  const layer = groupNorm(4, 2);
  const [x, gain, bias] = [wavyArray([2, 4, 2, 2], 1), wavyArray([4], 2), wavyArray([4], 3)];
  const { trained, evaluated } = await runOnce({ x, gain, bias }, ({ x, gain, bias }) => ({
    trained: layer.apply({ gain, bias }, x, trainingMode()),
    evaluated: layer.apply({ gain, bias }, x, evaluationMode()),
  }));
  expect([...trained.data]).toEqual([...evaluated.data]);
});
