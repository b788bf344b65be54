import { afterAll, describe, expect, test } from "vitest";
import {
  chooseEngine,
  float32,
  type HostArray,
  keyFor,
  Random,
  runOnce,
  type Tensor,
  type Tree,
} from "../../compute/index.js";
import { tinyConvnet, tinyVit } from "../../encoders/testing/tiny.js";
import { initialise, type Observation } from "../../nn/index.js";
import { attentionEntropies, deadShare, pooledOutput } from "./layer-meters.js";
import { createLayerObserver, type LayerObserver } from "./layer-observer.js";

async function value(
  of: (seen: Observation) => Tensor,
  kind: Observation["kind"],
  unitAxis: number,
  numbers: readonly number[],
  shape: readonly number[],
): Promise<number[]> {
  const { y } = await runOnce({ x: float32(Float32Array.from(numbers), shape) }, ({ x }) => ({
    y: of({ kind, unitAxis, tensor: x as unknown as Tensor, path: "" }),
  }));
  return Array.from(y.data);
}

describe("meters of a layer, by hand", () => {
  test("of three channels one is 0 everywhere and one hardly more", async () => {
    const map = [0, 0, 5, 1, 0.001, 0, 0, 0, 3, 0, 0, 0.002]; // [2 images, 3 channels, 2 places]
    expect((await value(deadShare, "activation", 1, map, [2, 3, 1, 2]))[0]).toBeCloseTo(2 / 3, 6);
  });

  test("a unit that answers one image at one place lives; a layer of zeros is dead", async () => {
    expect(await value(deadShare, "activation", 1, [0, 0, 0, 9], [2, 2])).toEqual([0.5]);
    expect(await value(deadShare, "activation", 1, [0, 0, 0, 0], [2, 2])).toEqual([1]);
  });

  test("attention to all tokens alike has entropy 1, to one token 0; one a head", async () => {
    const entropies = (seen: Observation) => attentionEntropies(seen)!;
    const [even, sharp] = await value(entropies, "attention", 1, [0.5, 0.5, 0.5, 0.5, 1, 0, 0, 1], [1, 2, 2, 2]);
    expect(even).toBeCloseTo(1, 5);
    expect(sharp).toBeCloseTo(0, 5);
  });

  test("an output is averaged over its places, channels first or last", async () => {
    const map = [1, 3, 10, 30]; // channels first: [1, 2, 1, 2]; last: [1, 1, 2, 2]
    expect(await value(pooledOutput, "output", 1, map, [1, 2, 1, 2])).toEqual([2, 20]);
    expect(await value(pooledOutput, "output", 3, map, [1, 1, 2, 2])).toEqual([5.5, 16.5]);
  });
});

describe("a look inside an encoder", () => {
  const observers: LayerObserver[] = [];
  afterAll(async () => {
    for (const observer of observers) await observer.close();
  });
  const images = (() => {
    const random = new Random(keyFor(0, "images"));
    return float32(
      Float32Array.from({ length: 6 * 2 * 8 * 8 }, () => random.normal()),
      [6, 2, 8, 8],
    );
  })();
  async function observe(encoder: ReturnType<typeof tinyVit>) {
    const observer = await createLayerObserver(encoder, images.shape, await chooseEngine());
    observers.push(observer);
    const parameters = initialise(encoder.parameters, keyFor(1, "parameters")) as Tree<HostArray>;
    return { observer, parameters };
  }

  test("a vision transformer shows blocks, attention and hidden units, in their order", async () => {
    const { observer, parameters } = await observe(tinyVit());
    const { features, layers } = await observer.look(parameters, images);
    expect(Object.keys(layers)).toEqual(["blocks.0", "blocks.0.attention", "blocks.0.mlp"]);
    expect(layers["blocks.0"]).toMatchObject({ maxRank: 4 });
    expect(layers["blocks.0.attention"]!.attentionEntropy).toBeGreaterThan(0.99); // small weights look everywhere
    expect(features).toMatchObject({ numImages: 6, dim: 4 });
    expect(await observer.features(parameters, images)).toEqual(features);
  });

  test("a ConvNet whose biases let nothing through is dead from there on", async () => {
    const { observer, parameters } = await observe(tinyConvnet());
    const alive = await observer.look(parameters, images);
    expect(alive.layers["stage0.reduce.relu"]!.deadUnits).toBe(0);
    const stage = (parameters as { stage0: { reduce: { norm: { bias: HostArray; gain: HostArray } } } }).stage0;
    stage.reduce.norm.bias.data.fill(-50);
    const { layers } = await observer.look(parameters, images);
    expect(layers["stage0.reduce.relu"]!.deadUnits).toBe(1);
  });
});
