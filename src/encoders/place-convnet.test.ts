/** A ConvNet that knows where: what its conformance cannot say. */
import { expect, test } from "vitest";
import { type Branch, float32, type HostArray, keyFor, runOnce } from "../compute/index.js";
import { evaluationMode, initialise } from "../nn/index.js";
import { tinyEncoder } from "./testing/tiny.js";

const SIZE = 16;
const encoder = tinyEncoder("placeConvnet", { channels: 1, imageSize: SIZE });
const parameters = initialise(encoder.parameters, keyFor(0)) as Branch<HostArray>;

const encode = (images: HostArray) =>
  runOnce({ images, parameters }, (given) => {
    const { features, tokens } = encoder.encode(given.parameters, given.images, evaluationMode());
    return { features, tokens };
  });

/** One bright pixel an image. */
function dots(places: readonly (readonly [number, number])[]): HostArray {
  const data = new Float32Array(places.length * SIZE * SIZE);
  for (const [i, [x, y]] of places.entries()) data[i * SIZE * SIZE + y * SIZE + x] = 1;
  return float32(data, [places.length, 1, SIZE, SIZE]);
}

test("features are the mean of the tokens", async () => {
  const { features, tokens } = await encode(dots([[3, 4]]));
  const [, N, F] = tokens.shape as [number, number, number];
  for (let f = 0; f < F; f++) {
    const mean = Array.from({ length: N }, (_, n) => tokens.data[n * F + f]!).reduce((a, b) => a + b) / N;
    expect(features.data[f]).toBeCloseTo(mean, 5);
  }
});

test("a dot that moves by whole strides has other features, which the mean over places would not tell", async () => {
  const { features } = await encode(
    dots([
      [5, 5],
      [9, 9],
    ]),
  );
  const F = encoder.featureDim;
  const difference = Math.max(
    ...Array.from({ length: F }, (_, f) => Math.abs(features.data[f]! - features.data[F + f]!)),
  );
  expect(difference).toBeGreaterThan(1e-3);
});
