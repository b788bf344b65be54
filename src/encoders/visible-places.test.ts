/** Encoding some places of an image alone, for every encoder that says it can. */
import { describe, expect, test } from "vitest";
import { type Branch, float32, type HostArray, int32, keyFor, resolveOptions, runOnce } from "../compute/index.js";
import { wavyArray } from "../compute/testing/gradient-check.js";
import { evaluationMode, initialise } from "../nn/index.js";
import { encoders } from "./catalog.js";
import type { Encoder, EncoderDefinition } from "./encoder.js";
import { tinyOptions } from "./testing/tiny.js";

const IMAGE_SIZE = 16;
const able = Object.entries<EncoderDefinition>(encoders)
  .map(([name, definition]): [string, Encoder] => {
    const options = resolveOptions(name, definition.options, tinyOptions[name]);
    return [name, definition.build({ channels: 2, imageSize: IMAGE_SIZE }, options)];
  })
  .filter(([, { encodesVisible }]) => encodesVisible);

describe.each(able)("visible places of encoder %s", (_name, encoder) => {
  const gridSize = encoder.gridSizeOf(IMAGE_SIZE);
  const numPlaces = gridSize ** 2;
  const patchSize = IMAGE_SIZE / gridSize;
  const D = encoder.featureDim;
  const values = initialise(encoder.parameters, keyFor(0)) as Branch<HostArray>;
  const images = wavyArray([2, 2, IMAGE_SIZE, IMAGE_SIZE], 1);
  const encode = (given: HostArray, visible?: HostArray) =>
    runOnce({ given, values, ...(visible && { visible }) }, (tensors) => {
      const { features, tokens } = encoder.encode(tensors.values, tensors.given, evaluationMode(), tensors.visible);
      return { features, tokens };
    });
  const tokenAt = ({ data, shape }: HostArray, b: number, k: number): number[] =>
    Array.from(data.subarray((b * shape[1]! + k) * D, (b * shape[1]! + k + 1) * D));

  test("all of them, in any order, are the image", async () => {
    const order = Array.from({ length: numPlaces }, (_, n) => (5 * n + 3) % numPlaces); // 5 and the count are coprime
    const [whole, visible] = [await encode(images), await encode(images, int32([...order, ...order], [2, numPlaces]))];
    order.forEach((place, k) => {
      tokenAt(visible.tokens, 1, k).forEach((value, d) => {
        expect(value).toBeCloseTo(tokenAt(whole.tokens, 1, place)[d]!, 4);
      });
    });
    for (const [i, value] of visible.features.data.entries()) expect(value).toBeCloseTo(whole.features.data[i]!, 4);
  });

  test("what is hidden has no influence: the same bits; what is visible has", async () => {
    const places = int32([0, 5, 6, 1, 2, 7], [2, 3]);
    /** Other pixels at one place of the first image. */
    const changedAt = (place: number): HostArray => {
      const [top, left] = [Math.floor(place / gridSize) * patchSize, (place % gridSize) * patchSize];
      const isThere = (at: number, from: number) => at >= from && at < from + patchSize;
      const pixels = Float32Array.from(images.data, (x, i) => {
        const [h, w] = [Math.floor(i / IMAGE_SIZE) % IMAGE_SIZE, i % IMAGE_SIZE];
        return i < 2 * IMAGE_SIZE ** 2 && isThere(h, top) && isThere(w, left) ? x + 1 : x;
      });
      return float32(pixels, images.shape);
    };
    const before = await encode(images, places);
    expect(before.tokens.shape).toEqual([2, 3, D]);
    expect(await encode(changedAt(7), places)).toEqual(before);
    const after = await encode(changedAt(5), places);
    expect([...after.tokens.data.slice(0, 3 * D)]).not.toEqual([...before.tokens.data.slice(0, 3 * D)]);
    expect([...after.tokens.data.slice(3 * D)]).toEqual([...before.tokens.data.slice(3 * D)]);
  });
});

test("there is an encoder that can", () => expect(able.map(([name]) => name)).toContain("vit"));
