import { describe, expect, test } from "vitest";
import { randomMask } from "../augment/index.js";
import { float32, type HostArray, int32, keyFor, Random, resolveOptions } from "../compute/index.js";
import { wavyArray } from "../compute/testing/gradient-check.js";
import { mae } from "./mae.js";
import type { Objective } from "./objective.js";
import { objectiveValue } from "./objective-value.js";
import { headOutput } from "./testing/head-output.js";

const lossOf = async (prediction: HostArray, target: HostArray, config = {}): Promise<number> =>
  (await objectiveValue("mae", [prediction], { targets: [target], config })).total;

/** The paper's loss as float64 loops: patches normalised by their unbiased variance, mean over pixels, then patches. */
function referenceLoss(prediction: HostArray, target: HostArray): number {
  const P = prediction.shape.at(-1)!;
  const numPatches = prediction.data.length / P;
  let sum = 0;
  for (let n = 0; n < numPatches; n++) {
    const pixels = Array.from({ length: P }, (_, p) => target.data[n * P + p]!);
    let mean = 0;
    for (const x of pixels) mean += x / P;
    let variance = 0;
    for (const x of pixels) variance += (x - mean) ** 2 / (P - 1);
    let ofPatch = 0;
    for (let p = 0; p < P; p++) {
      ofPatch += (prediction.data[n * P + p]! - (pixels[p]! - mean) / Math.sqrt(variance + 1e-6)) ** 2 / P;
    }
    sum += ofPatch / numPatches;
  }
  return sum;
}

describe("loss of mae", () => {
  const [prediction, target] = [wavyArray([3, 4, 12], 1), wavyArray([3, 4, 12], 2, 3)];

  test("agrees with loops", async () => {
    expect(await lossOf(prediction, target)).toBeCloseTo(referenceLoss(prediction, target), 5);
  });

  test("brightness and contrast of a patch do not count, unless they are asked for", async () => {
    const brighter = float32(
      Float32Array.from(target.data, (x) => 5 + 2 * x),
      target.shape,
    );
    expect(await lossOf(prediction, brighter)).toBeCloseTo(await lossOf(prediction, target), 4);
    const plain = await lossOf(prediction, target, { normalizePixels: false });
    const expected =
      Array.from(prediction.data).reduce((sum, x, i) => sum + (x - target.data[i]!) ** 2, 0) / prediction.data.length;
    expect(plain).toBeCloseTo(expected, 4);
  });

  test("predicting nothing costs the variance of the target: (P − 1) / P", async () => {
    const nothing = float32(new Float32Array(prediction.data.length), prediction.shape);
    expect(await lossOf(nothing, target)).toBeCloseTo(11 / 12, 4);
  });

  test.each([
    ["of one colour", 0.3],
    ["of one colour far away", 1e6],
  ])("a patch %s is all zeros, not infinite", async (_case, colour) => {
    const flat = float32(new Float32Array(target.data.length).fill(colour), target.shape);
    const expected = Array.from(prediction.data).reduce((sum, x) => sum + x * x, 0) / prediction.data.length;
    expect(await lossOf(prediction, flat)).toBeCloseTo(expected, 2);
  });
});

describe("head of mae", () => {
  const [gridSize, patchSize, channels, featureDim] = [3, 2, 2, 5];
  const imageSize = gridSize * patchSize;
  /** Each number says where it is: 1000 image + 100 place + 10 (row in the patch) + ... */
  const images = float32(
    Array.from({ length: 2 * channels * imageSize ** 2 }, (_, i) => {
      const [b, c] = [Math.floor(i / (channels * imageSize ** 2)), Math.floor(i / imageSize ** 2) % channels];
      const [h, w] = [Math.floor(i / imageSize) % imageSize, i % imageSize];
      const place = Math.floor(h / patchSize) * gridSize + Math.floor(w / patchSize);
      return 1000 * b + 100 * place + 10 * (2 * (h % patchSize) + (w % patchSize)) + c;
    }),
    [2, channels, imageSize, imageSize],
  );
  const masks = {
    visibleIndices: int32([0, 4, 3, 8], [2, 2]),
    hiddenIndices: int32([1, 2, 3, 5, 6, 7, 8, 0, 1, 2, 4, 5, 6, 7], [2, 1, 7]),
  };
  const given = {
    objective: mae as Objective,
    options: { decoderWidth: 8, decoderHeads: 2 },
    ...{ gridSize, imageSize, channels, featureDim, images, masks },
    encoded: wavyArray([2, 2, featureDim], 4),
  };

  test("targets are the pixels of the hidden patches, each as (row, column, channel)", async () => {
    const { projection, target, watched } = await headOutput(given);
    expect(projection.shape).toEqual([2, 7, 8]);
    expect(watched.shape).toEqual([2, featureDim]);
    const expected = [0, 1].flatMap((b) =>
      [...masks.hiddenIndices.data.subarray(7 * b, 7 * b + 7)].flatMap((place) =>
        [0, 1, 10, 11, 20, 21, 30, 31].map((within) => 1000 * b + 100 * place + within),
      ),
    );
    expect([...target.data]).toEqual(expected);
  });

  test("predictions depend on the visible tokens and on where they were", async () => {
    const usual = await headOutput(given);
    const otherToken = await headOutput({ ...given, encoded: wavyArray([2, 2, featureDim], 5) });
    expect([...otherToken.projection.data]).not.toEqual([...usual.projection.data]);
    const moved = { ...masks, visibleIndices: int32([4, 0, 3, 8], [2, 2]) };
    const otherPlace = await headOutput({ ...given, masks: moved });
    expect([...otherPlace.projection.data.slice(0, 56)]).not.toEqual([...usual.projection.data.slice(0, 56)]);
    expect([...otherPlace.projection.data.slice(56)]).toEqual([...usual.projection.data.slice(56)]);
  });

  test("hides three quarters by default", () => {
    const config = resolveOptions("mae", mae.options);
    const dims = { batchSize: 2, gridSize: 8, channels: 3, imageSize: 32 };
    const drawn = mae.masks!(config, dims, new Random(keyFor(0)));
    expect(drawn.visibleIndices!.shape).toEqual([2, 16]);
    expect(drawn).toEqual(randomMask.draw(dims, { maskRatio: 0.75 }, new Random(keyFor(0))));
  });

  test("names images that do not divide into the places of the encoder", async () => {
    await expect(headOutput({ ...given, imageSize: 7 })).rejects.toThrow(
      'mae: "imageSize" must be a multiple of the encoder\'s 3 places a side, got 7.',
    );
  });
});
