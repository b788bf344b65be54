import { expect, test } from "vitest";
import { plainViews, recipeFor } from "../augment/index.js";
import { flattenTree, type HostArray, isHostArray, keyFor, type Tree, unflattenTree } from "../compute/index.js";
import { initialise } from "../nn/index.js";
import { createEmbedder } from "./embedder.js";
import { buildModel } from "./model.js";
import { TINY_SIZE, tinyConfig } from "./testing/tiny-run.js";
import { usePictures } from "./testing/use-pictures.js";
import { untrainedEncoder } from "./untrained.js";

const pictures = usePictures(48);

function leavesOf(tree: Tree<HostArray>): Map<string, HostArray> {
  return flattenTree<HostArray>(tree, isHostArray);
}

test("has the parameters of the first step, and statistics measured on the images", async () => {
  const config = tinyConfig(pictures.set, { encoder: { name: "convnet", options: { width: 8, stages: 1 } } });
  const measured = leavesOf(await untrainedEncoder(config, pictures.set));
  const start = leavesOf(
    (initialise(buildModel(config).specs, keyFor(config.seed, "parameters")) as { encoder: Tree<HostArray> }).encoder,
  );
  expect([...measured.keys()].sort()).toEqual([...start.keys()].sort());
  const isBuffer = (name: string) => name.includes("running");
  for (const [name, { data }] of start) if (!isBuffer(name)) expect(measured.get(name)!.data).toEqual(data);
  const buffers = [...measured.keys()].filter(isBuffer);
  expect(buffers).toHaveLength(2);
  for (const name of buffers) expect(measured.get(name)!.data).not.toEqual(start.get(name)!.data);

  // A pass with these statistics gives each channel before its ReLU about mean 0 and variance 1, so features, means of
  // max(0, x), are about 1/√(2π) = .399; with the statistics of the start they are far from it.
  const meanFeature = async (encoder: Map<string, HostArray>) => {
    const embedder = await createEmbedder(config, unflattenTree(encoder));
    const rows = Array.from({ length: 48 }, (_, i) => i);
    const views = plainViews(pictures.set, rows, recipeFor("none", { size: TINY_SIZE }));
    const features = await embedder.embedViews(views, rows.length);
    await embedder.close();
    return features.reduce((sum, value) => sum + value / features.length, 0);
  };
  expect(Math.abs((await meanFeature(measured)) - 0.399)).toBeLessThan(0.06);
  expect(Math.abs((await meanFeature(start)) - 0.399)).toBeGreaterThan(0.06);
});

test("an encoder without statistics is left as it started", async () => {
  const config = tinyConfig(pictures.set, { encoder: { name: "vit", options: { width: 8, depth: 1, numHeads: 2 } } });
  const start = initialise(buildModel(config).specs, keyFor(config.seed, "parameters")) as { encoder: Tree<HostArray> };
  expect(await untrainedEncoder(config, pictures.set)).toEqual(start.encoder);
});
