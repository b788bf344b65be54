import { expect, test } from "vitest";
import { type HostArray, keyFor, type Tree } from "../compute/index.js";
import { initialise } from "../nn/index.js";
import { createEmbedder } from "./embedder.js";
import { buildModel } from "./model.js";
import { TINY_SIZE, tinyConfig } from "./testing/tiny-run.js";
import { usePictures } from "./testing/use-pictures.js";
import { embedTokens } from "./token-maps.js";

const pictures = usePictures(4);

function encoderOf(config: ReturnType<typeof tinyConfig>): Tree<HostArray> {
  return (initialise(buildModel(config).specs, keyFor(0, "test")) as { encoder: Tree<HostArray> }).encoder;
}

test("a coarse map is made finer by enlarging the images", async () => {
  const config = tinyConfig(pictures.set); // two stages of stride 2: a quarter of the side
  const { values, gridSize, dim } = await embedTokens(config, encoderOf(config), pictures.set, [2, 0]);
  expect(gridSize).toBe((2 * TINY_SIZE) / 4);
  expect(values).toHaveLength(2 * gridSize ** 2 * dim);
  const [alone] = [await embedTokens(config, encoderOf(config), pictures.set, [0])];
  expect(alone.values).toEqual(values.slice(gridSize ** 2 * dim));
});

test("the mean of a map that is fine enough is the features", async () => {
  const config = { ...tinyConfig(pictures.set), encoder: { name: "convnet", options: { stages: 1, width: 4 } } };
  const encoder = encoderOf(config);
  const { values, gridSize, dim } = await embedTokens(config, encoder, pictures.set, [0, 1, 2, 3]);
  expect(gridSize).toBe(TINY_SIZE / 2);
  const embedder = await createEmbedder(config, encoder);
  const { features } = await embedder.embedSet(pictures.set);
  await embedder.close();
  for (let i = 0; i < features.length; i++) {
    const [image, d] = [Math.floor(i / dim), i % dim];
    let sum = 0;
    for (let place = 0; place < gridSize ** 2; place++) sum += values[(image * gridSize ** 2 + place) * dim + d]!;
    expect(sum / gridSize ** 2).toBeCloseTo(features[i]!, 4);
  }
});
