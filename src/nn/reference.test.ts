/** Layers held against loops and answers by hand. */
import { expect, test } from "vitest";
import { float32, type HostArray, runOnce } from "../compute/index.js";
import { wavyArray } from "../compute/testing/gradient-check.js";
import { attention, convolution, evaluationMode, layerNorm, patchEmbedding, sumOfSquares } from "./index.js";

const mode = evaluationMode();

const close = (got: HostArray, expected: readonly number[]): void => {
  expect(got.data.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(got.data[i]).toBeCloseTo(value, 5);
};

test("layerNorm of 1, 2, 3, 6: mean 3, variance 3.5", async () => {
  const layer = layerNorm(4);
  const inputs = {
    x: float32([1, 2, 3, 6], [1, 4]),
    gain: float32([1, 1, 1, 2], [4]),
    bias: float32([0, 0, 5, 0], [4]),
  };
  const y = (await runOnce(inputs, ({ x, ...parameters }) => layer.apply(parameters, x, mode))) as HostArray;
  const unit = 1 / Math.sqrt(3.5);
  close(y, [-2 * unit, -unit, 5, 6 * unit]);
});

test("attention agrees with loops in float64", async () => {
  const [B, N, D, numHeads] = [2, 3, 4, 2];
  const layer = attention(D, numHeads);
  const x = wavyArray([B, N, D], 1);
  const [weight, bias] = [wavyArray([D, 3 * D], 2), wavyArray([3 * D], 3)];
  const [outputWeight, outputBias] = [wavyArray([D, D], 4), wavyArray([D], 5)];
  const parameters = { queryKeyValue: { weight, bias }, output: { weight: outputWeight, bias: outputBias } };
  const y = (await runOnce({ x, parameters }, ({ x, parameters }) => layer.apply(parameters, x, mode))) as HostArray;

  const expected: number[] = [];
  for (let b = 0; b < B; b++) {
    const row = (n: number): number[] =>
      Array.from({ length: 3 * D }, (_, e) => {
        let sum = bias.data[e]!;
        for (let d = 0; d < D; d++) sum += x.data[(b * N + n) * D + d]! * weight.data[d * 3 * D + e]!;
        return sum;
      });
    const rows = Array.from({ length: N }, (_, n) => row(n));
    for (let n = 0; n < N; n++) {
      const gathered = new Array<number>(D).fill(0);
      for (let h = 0; h < numHeads; h++) {
        const size = D / numHeads;
        const scores = rows.map((other) => {
          let dot = 0;
          for (let i = 0; i < size; i++) dot += rows[n]![h * size + i]! * other[D + h * size + i]!;
          return Math.exp(dot / Math.sqrt(size));
        });
        const total = scores.reduce((a, b) => a + b);
        for (let i = 0; i < size; i++) {
          for (let m = 0; m < N; m++) gathered[h * size + i]! += (scores[m]! / total) * rows[m]![2 * D + h * size + i]!;
        }
      }
      for (let e = 0; e < D; e++) {
        let sum = outputBias.data[e]!;
        for (let d = 0; d < D; d++) sum += gathered[d]! * outputWeight.data[d * D + e]!;
        expected.push(sum);
      }
    }
  }
  close(y, expected);
});

test("a convolution that copies its neighbour on the left, at stride 2", async () => {
  const layer = convolution(1, 1, { stride: 2 });
  const weight = float32([0, 0, 0, 1, 0, 0, 0, 0, 0], [1, 1, 3, 3]);
  const x = float32([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], [1, 1, 4, 4]);
  const y = (await runOnce({ x, weight }, ({ x, weight }) => layer.apply({ weight }, x, mode))) as HostArray;
  expect(y.shape).toEqual([1, 1, 2, 2]);
  close(y, [0, 2, 0, 10]);
});

test("a patch embedding is the convolution whose stride is its kernel", async () => {
  const [C, patchSize, D] = [2, 2, 3];
  const layer = patchEmbedding(C, patchSize, D, { bias: false });
  const images = wavyArray([2, C, 4, 6], 1);
  const weight = wavyArray([C * patchSize * patchSize, D], 2);
  const { tokens, maps } = await runOnce({ images, weight }, ({ images, weight }) => ({
    tokens: layer.apply({ weight }, images, mode),
    maps: images
      .conv2d(weight.transpose().reshape([D, C, patchSize, patchSize]), { stride: patchSize })
      .reshape([2, D, 6])
      .transpose([0, 2, 1]),
  }));
  close(tokens, [...maps.data]);
});

test("sumOfSquares is the sum of squares", async () => {
  const x = float32([1, 2, 3, 4, 5, 6], [2, 3]);
  const { rows, all } = await runOnce({ x }, ({ x }) => ({ rows: sumOfSquares(x, 1), all: sumOfSquares(x) }));
  expect(rows.shape).toEqual([2, 1]);
  close(rows, [14, 77]);
  close(all, [91]);
});
