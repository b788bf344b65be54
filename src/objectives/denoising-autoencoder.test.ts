import { describe, expect, test } from "vitest";
import { keyFor, Random, resolveOptions } from "../compute/index.js";
import { wavyArray } from "../compute/testing/gradient-check.js";
import { denoisingAutoencoder } from "./denoising-autoencoder.js";
import type { Objective } from "./objective.js";
import { objectiveValue } from "./objective-value.js";
import { headOutput } from "./testing/head-output.js";

const given = {
  objective: denoisingAutoencoder as Objective,
  options: { decoderWidth: 8, decoderHeads: 2 },
  ...{ featureDim: 5, gridSize: 2, imageSize: 6, channels: 1, masks: {} },
  encoded: wavyArray([3, 4, 5], 1),
  images: wavyArray([3, 1, 6, 6], 2),
};

describe("denoisingAutoencoder", () => {
  test("the loss is the mean squared difference, as loops have it", async () => {
    const [prediction, target] = [wavyArray([2, 3, 4], 3), wavyArray([2, 3, 4], 4)];
    let sum = 0;
    for (const [i, x] of prediction.data.entries()) sum += (x - target.data[i]!) ** 2;
    const { total } = await objectiveValue("denoisingAutoencoder", [prediction], { targets: [target] });
    expect(total).toBeCloseTo(sum / prediction.data.length, 5);
  });

  test.each([0, 2])("every place predicts its own square of clean pixels (decoder depth %i)", async (decoderDepth) => {
    const { projection, target } = await headOutput({ ...given, options: { ...given.options, decoderDepth } });
    expect([projection.shape, target.shape]).toEqual([
      [3, 4, 9],
      [3, 4, 9],
    ]);
    // last image, place 2 (bottom left): rows 3 to 5, columns 0 to 2
    const pixels = [3, 4, 5].flatMap((h) => [0, 1, 2].map((w) => given.images.data[2 * 36 + 6 * h + w]!));
    expect([...target.data.subarray((2 * 4 + 2) * 9, (2 * 4 + 3) * 9)]).toEqual(pixels);
  });

  test("a linear decoder looks at its own place alone, a deeper one at all", async () => {
    const changed = wavyArray([3, 4, 5], 1);
    for (let d = 0; d < 5; d++) changed.data[d]! += 1; // place 0 of image 0
    const differs = async (decoderDepth: number): Promise<boolean[]> => {
      const options = { ...given.options, decoderDepth };
      const [a, b] = [
        await headOutput({ ...given, options }),
        await headOutput({ ...given, options, encoded: changed }),
      ];
      const row = (data: ArrayLike<number>, n: number) => Array.from({ length: 9 }, (_, p) => data[9 * n + p]);
      return [0, 1, 2, 3].map((n) => String(row(a.projection.data, n)) !== String(row(b.projection.data, n)));
    };
    expect(await differs(0)).toEqual([true, false, false, false]);
    expect(await differs(1)).toEqual([true, true, true, true]);
  });

  test("noise has the standard deviation that was asked for, and an image its own", () => {
    const config = resolveOptions("denoisingAutoencoder", denoisingAutoencoder.options, { noiseStd: 0.5 });
    const dims = { batchSize: 2, gridSize: 4, channels: 3, imageSize: 32 };
    const { pixelNoise } = denoisingAutoencoder.masks!(config, dims, new Random(keyFor(0)));
    expect(pixelNoise!.shape).toEqual([2, 3, 32, 32]);
    const values = Array.from(pixelNoise!.data);
    const momentOf = (power: number) => values.reduce((sum, x) => sum + x ** power, 0) / values.length;
    expect(Math.abs(momentOf(1))).toBeLessThan(0.03);
    expect(Math.sqrt(momentOf(2))).toBeCloseTo(0.5, 2);
    expect(momentOf(4) / momentOf(2) ** 2).toBeCloseTo(2.7, 1); // 3 for a normal, 3 − 1.2 / 4 for the sum of four
    expect([...pixelNoise!.data.slice(0, 9)]).not.toEqual([...pixelNoise!.data.slice(3072, 3081)]);
  });

  test("names a size whose places have no whole pixels, and one that has", async () => {
    await expect(headOutput({ ...given, gridSize: 4 })).rejects.toThrow(
      /"imageSize" must be a multiple of the encoder's 4 places a side, got 6\..*images of 8 pixels would divide evenly/,
    );
  });
});
