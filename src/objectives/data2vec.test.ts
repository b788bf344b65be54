import { describe, expect, test } from "vitest";
import { type HostArray, int32, resolveOptions, runOnce } from "../compute/index.js";
import { wavyArray } from "../compute/testing/gradient-check.js";
import { data2vec } from "./data2vec.js";
import type { Objective } from "./objective.js";
import { objectiveValue } from "./objective-value.js";
import { headOutput } from "./testing/head-output.js";

const config = resolveOptions("data2vec", data2vec.options, { numTargetLayers: 2 });
const [B, N, D] = [2, 4, 3];

/** Mean 0 and variance 1 of a list, ε = 1e-5. */
function standardised(values: readonly number[]): number[] {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return values.map((x) => (x - mean) / Math.sqrt(variance + 1e-5));
}

/** Each layer normed over the places of an image, dimension by dimension; their mean normed over dimensions: float64 loops. */
function referenceTarget(layers: readonly HostArray[]): number[] {
  const at = (b: number, n: number, d: number): number => (b * N + n) * D + d;
  const mean = new Array<number>(B * N * D).fill(0);
  for (const { data } of layers) {
    for (let b = 0; b < B; b++) {
      for (let d = 0; d < D; d++) {
        const normed = standardised([0, 1, 2, 3].map((n) => data[at(b, n, d)]!));
        for (let n = 0; n < N; n++) mean[at(b, n, d)]! += normed[n]! / layers.length;
      }
    }
  }
  return Array.from({ length: B * N }, (_, row) => standardised(mean.slice(row * D, (row + 1) * D))).flat();
}

const targetOf = (layers: readonly HostArray[]) =>
  runOnce(Object.fromEntries(layers.map((layer, i) => [`${i}`, layer])), (given) => {
    const tensors = Object.values(given);
    const encoding = { features: tensors[0]!, tokens: tensors[0]!, gridSize: 2, layers: tensors };
    return { y: data2vec.readTarget!(encoding, config) };
  });

describe("data2vec", () => {
  const layers = [0, 1, 2].map((i) => wavyArray([B, N, D], i + 1, 1 + i));

  test("targets are the last layers, normed and averaged, as loops have it", async () => {
    const { y } = await targetOf(layers);
    referenceTarget(layers.slice(1)).forEach((value, i) => {
      expect(y.data[i]).toBeCloseTo(value, 4);
    });
  });

  test("takes all layers where there are fewer than asked for", async () => {
    const { y } = await targetOf(layers.slice(0, 1));
    referenceTarget(layers.slice(0, 1)).forEach((value, i) => {
      expect(y.data[i]).toBeCloseTo(value, 4);
    });
  });

  test("an encoder without equal blocks is named", async () => {
    const failing = runOnce({ x: layers[0]! }, ({ x }) => ({
      y: data2vec.readTarget!({ features: x, tokens: x, gridSize: 2 }, config),
    }));
    await expect(failing).rejects.toThrow('data2vec: "encoder" must be one with blocks of one shape');
  });

  test("the loss is the mean squared difference, as loops have it", async () => {
    const [prediction, target] = [wavyArray([2, 3, 4], 3), wavyArray([2, 3, 4], 4)];
    let sum = 0;
    for (const [i, x] of prediction.data.entries()) sum += (x - target.data[i]!) ** 2;
    const { total } = await objectiveValue("data2vec", [prediction], { targets: [target] });
    expect(total).toBeCloseTo(sum / prediction.data.length, 5);
  });

  test("each prediction meets the target of its own place", async () => {
    const targetEncoded = wavyArray([B, N, D], 9);
    const hidden = [1, 2, 3, 0, 1, 3];
    const { projection, target } = await headOutput({
      objective: data2vec as Objective,
      options: { decoderWidth: 8, decoderHeads: 2 },
      ...{ gridSize: 2, featureDim: D, imageSize: 4, channels: 1, targetEncoded },
      encoded: wavyArray([B, 1, D], 1),
      images: wavyArray([B, 1, 4, 4], 2),
      masks: { visibleIndices: int32([0, 2], [B, 1]), hiddenIndices: int32(hidden, [B, 1, 3]) },
    });
    expect(projection.shape).toEqual([B, 3, D]);
    const expected = hidden.flatMap((n, i) => {
      const row = Math.floor(i / 3) * N + n;
      return [...targetEncoded.data.subarray(row * D, (row + 1) * D)];
    });
    expect([...target.data]).toEqual(expected);
  });
});
