import { expect, test } from "vitest";
import { concat, float32, runOnce, type Tensor } from "../compute/index.js";
import { trainingMode } from "../nn/index.js";
import { encodeOnline } from "./forward.js";
import type { Model } from "./model.js";

/** An encoder whose features are the mean gray and the size of an image. */
function transparentModel(): { model: Model; encoded: number[][] } {
  const encoded: number[][] = [];
  const encode = (_: unknown, images: Tensor) => {
    encoded.push([...images.shape]);
    const gray = images.mean([1, 2, 3]).reshape([-1, 1]);
    return { features: concat([gray, gray.mul(0).add(images.shape[3]!)], 1) };
  };
  return { model: { encoder: { encode }, objective: { needs: { tokens: "pooled" } } } as unknown as Model, encoded };
}

test("views of one size pass through together, and each result comes to its view's place", async () => {
  const sizes = [8, 4, 8, 6, 4];
  // View v of image i is gray 10 v + i.
  const views = sizes.map((size, v) => {
    const pixels = Array.from({ length: 2 * size * size }, (_, at) => 10 * v + Math.floor(at / (size * size)));
    return float32(pixels, [2, 1, size, size]);
  });
  const { model, encoded } = transparentModel();
  const results = await runOnce(Object.fromEntries(views.entries()), (given: Record<string, Tensor>) => {
    const tensors = sizes.map((_, v) => given[v]!);
    const features = encodeOnline(model, {}, { views: tensors, masks: {} }, trainingMode());
    return Object.fromEntries(features.entries()) as Record<string, Tensor>;
  });
  expect(encoded).toEqual([
    [4, 1, 8, 8],
    [4, 1, 4, 4],
    [2, 1, 6, 6],
  ]);
  for (const [v, size] of sizes.entries()) {
    expect([...results[v]!.data]).toEqual([10 * v, size, 10 * v + 1, size]);
  }
});

test("pixel noise is added to what the encoder sees", async () => {
  const { model } = transparentModel();
  const inputs = { view: float32([1, 2], [2, 1, 1, 1]), pixelNoise: float32([0.5, -1], [2, 1, 1, 1]) };
  const { features } = await runOnce(inputs, ({ view, pixelNoise }) => ({
    features: encodeOnline(model, {}, { views: [view], masks: { pixelNoise } }, trainingMode())[0]!,
  }));
  expect([...features.data]).toEqual([1.5, 1, 1, 1]);
});
