import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plainViews, recipeFor } from "../augment/index.js";
import { type HostArray, keyFor, type Tree } from "../compute/index.js";
import { type ImageSet, openImages, type PixelReader } from "../data/index.js";
import { initialise } from "../nn/index.js";
import type { TrainConfig } from "./config.js";
import { createEmbedder, type Embedder } from "./embedder.js";
import { buildModel } from "./model.js";
import { TINY_SIZE, tinyConfig, wavePicture } from "./testing/tiny-run.js";
import { usePictures } from "./testing/use-pictures.js";

const pictures = usePictures(4);

/** Pictures made when they are asked for: as many as a test wants, without files. */
function madeSet(numImages: number): PixelReader {
  return {
    numImages,
    imageSize: TINY_SIZE,
    channels: 3,
    readPixels(indices, into = new Uint8Array(indices.length * TINY_SIZE ** 2 * 3)) {
      for (let i = 0; i < indices.length; i++) into.set(wavePicture(indices[i]!), i * TINY_SIZE ** 2 * 3);
      return into;
    },
    close() {},
  };
}

let config: TrainConfig;
let embedder: Embedder;
beforeAll(async () => {
  config = tinyConfig(pictures.set);
  const parameters = initialise(buildModel(config).specs, keyFor(0, "test")) as { encoder: Tree<HostArray> };
  embedder = await createEmbedder(config, parameters.encoder);
});
afterAll(() => embedder.close());

describe("features do not depend on the images beside them", () => {
  let all: Float32Array;
  beforeAll(async () => {
    all = (await embedder.embedSet(madeSet(257))).features;
  });

  test.each([1, 255, 256, 257])("of %i images", async (count) => {
    const progress: number[] = [];
    const { dim, features } = await embedder.embedSet(madeSet(count), { onProgress: (done) => progress.push(done) });
    expect(dim).toBe(16);
    expect(features).toHaveLength(count * dim);
    expect(features).toEqual(all.subarray(0, count * dim));
    expect(progress).toEqual(count > 256 ? [256, count] : [count]);
  });

  test("images one by one give the rows of all together, and different images different rows", async () => {
    const { dim } = embedder;
    for (const row of [0, 1, 256]) {
      const view = plainViews(madeSet(257), [row], recipeFor("none", { size: TINY_SIZE }));
      expect(await embedder.embedViews(view, 1)).toEqual(all.slice(row * dim, (row + 1) * dim));
    }
    expect(all.slice(0, dim)).not.toEqual(all.slice(dim, 2 * dim));
  });
});

test("images of other channels or another size are refused, not guessed at", async () => {
  const gray: ImageSet = await openImages(pictures.folder, { trainingSize: TINY_SIZE, channels: 1 });
  await expect(embedder.embedSet(gray)).rejects.toThrow(/embedSet: "set.channels" must be 3, got 1/);
  gray.close();
  await expect(embedder.embedViews(new Float32Array(10), 1)).rejects.toThrow(
    /"views" must have shape \[1, 3, 16, 16\]/,
  );
});

test("an image with a value that is not finite is refused by its number", async () => {
  const views = new Float32Array(3 * 3 * TINY_SIZE ** 2);
  views[2 * 3 * TINY_SIZE ** 2] = Number.NaN;
  await expect(embedder.embedViews(views, 3)).rejects.toThrow(
    /embedViews: "image 2" must be of finite numbers, got NaN/,
  );
});
