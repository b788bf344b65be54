/** Every registered encoder, in one suite. */
import { describe, expect, test } from "vitest";
import {
  type Branch,
  chooseEngine,
  compile,
  flattenTree,
  float32,
  type HostArray,
  isHostArray,
  keyFor,
  Random,
  resolveOptions,
  runOnce,
  sizeOf,
  Tensor,
  trace,
  UnknownNameError,
  valueAndGradient,
} from "../compute/index.js";
import { maxGradientError } from "../compute/testing/gradient-check.js";
import type { SampleKindName } from "../data/index.js";
import { evaluationMode, initialise, join, partition, trainingMode } from "../nn/index.js";
import { encoders } from "./catalog.js";
import type { EncoderDefinition } from "./encoder.js";
import { tinyOptions } from "./testing/tiny.js";

/** Samples of the kind an encoder takes, `size` pixels a side or steps long. */
function samplesOf(takes: SampleKindName, batchSize: number, channels: number, size: number, seed = 0): HostArray {
  const random = new Random(keyFor(seed, "images"));
  const shape = [batchSize, channels, ...(takes === "images" ? [size, size] : [size])];
  return float32(
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    shape,
  );
}

/** Some samples of a batch. */
function rowsOf({ data, shape }: HostArray, from: number, to: number): HostArray {
  const [, ...rest] = shape;
  const length = sizeOf(rest);
  return float32(data.slice(from * length, to * length) as Float32Array, [to - from, ...rest]);
}

describe.each(Object.entries<EncoderDefinition>(encoders))("encoder %s", (name, definition) => {
  const build = (channels: number, imageSize: number, given = tinyOptions[name] ?? {}) =>
    definition.build({ channels, imageSize }, resolveOptions(name, definition.options, given));
  const { takes } = definition;
  const imagesOf = (batchSize: number, channels: number, size: number, seed?: number) =>
    samplesOf(takes, batchSize, channels, size, seed);
  const encoder = build(2, 8);
  const parameters = initialise(encoder.parameters, keyFor(0, "init")) as Branch<HostArray>;
  const encode = (images: HostArray, { training = false, values = parameters } = {}) =>
    runOnce({ images, values }, (tensors) => {
      const mode = training ? trainingMode() : evaluationMode();
      const { features, tokens, gridSize } = encoder.encode(tensors.values, tensors.images, mode);
      expect(takes === "images" ? gridSize ** 2 : gridSize).toBe(tokens.shape[1]);
      expect(encoder.gridSizeOf(tensors.images.shape.at(-1)!)).toBe(gridSize);
      return { features, tokens };
    });

  test("is registered under its name and says what it is", () => {
    expect(definition.name).toBe(name);
    expect(definition.summary.length).toBeGreaterThan(10);
  });

  test.each([false, true])("gives finite features [B, D] and tokens [B, N, D] (training: %s)", async (training) => {
    const { features, tokens } = await encode(imagesOf(3, 2, 8), { training });
    expect(features.shape).toEqual([3, encoder.featureDim]);
    expect(tokens.shape).toEqual([3, tokens.shape[1], encoder.featureDim]);
    expect([...features.data, ...tokens.data].every(Number.isFinite)).toBe(true);
  });

  test("takes smaller and larger images of its grid: local views", async () => {
    for (const size of [4, 16])
      expect((await encode(imagesOf(2, 2, size))).features.shape).toEqual([2, encoder.featureDim]);
  });

  test("encodes each image on its own in evaluation", async () => {
    const three = imagesOf(3, 2, 8);
    const second = rowsOf(three, 1, 2);
    const [{ features: all }, { features: one }] = [await encode(three), await encode(second)];
    const D = encoder.featureDim;
    for (let d = 0; d < D; d++) expect(one.data[d]).toBeCloseTo(all.data[D + d]!, 5);
  });

  test("couples the images of a batch in training exactly if it declares so", async () => {
    const four = imagesOf(4, 2, 8);
    const pair = rowsOf(four, 0, 2);
    const [{ features: all }, { features: half }] = [
      await encode(four, { training: true }),
      await encode(pair, { training: true }),
    ];
    const difference = Math.max(...half.data.map((value, i) => Math.abs(value - all.data[i]!)));
    if (encoder.couplesBatch) expect(difference).toBeGreaterThan(1e-3);
    else expect(difference).toBeLessThan(1e-5);
  });

  test("tells images apart, and places within one", async () => {
    const { features, tokens } = await encode(imagesOf(2, 2, 8));
    const D = encoder.featureDim;
    expect(features.data.slice(0, D)).not.toEqual(features.data.slice(D));
    if (tokens.shape[1]! > 1) expect(tokens.data.slice(0, D)).not.toEqual(tokens.data.slice(D, 2 * D));
  });

  test("the gradient agrees with central differences, for every parameter", async () => {
    const images = imagesOf(4, 1, 8);
    const tiny = build(1, 8);
    const { trainable, buffers } = partition<HostArray>(
      tiny.parameters,
      initialise(tiny.parameters, keyFor(1)) as Branch<HostArray>,
    );
    const error = await maxGradientError(
      trainable,
      (moved) => {
        const fixed = Object.fromEntries(
          [...flattenTree(buffers, isHostArray)].map(([path, array]) => [path, Tensor.constant(array)]),
        );
        const all = join<Tensor>(moved as Branch<Tensor>, fixed) as Branch<Tensor>;
        const { features } = tiny.encode(all, Tensor.constant(images), trainingMode());
        return features.add(0.5).square().mul(features).mean();
      },
      3e-4, // small, so that hardly a ReLU switches within it
    );
    expect(error).toBeLessThan(2e-2);
  });

  test("gives the same features and gradients on every engine that needs no GPU", async () => {
    const images = imagesOf(2, 2, 8);
    const { trainable, buffers } = partition<HostArray>(encoder.parameters, parameters);
    const program = await trace({ trainable, buffers, images }, (inputs) => {
      const { gradient, aux } = valueAndGradient(inputs.trainable as Branch<Tensor>, (moved) => {
        const all = join<Tensor>(moved, (inputs.buffers ?? {}) as Branch<Tensor>) as Branch<Tensor>;
        const { features, tokens } = encoder.encode(all, inputs.images, trainingMode());
        return { value: features.add(0.5).square().mul(features).mean(), aux: { features, tokens } };
      });
      return { ...aux, gradient } as Branch<Tensor>;
    });
    const [native, wasm] = await Promise.all(
      ["native", "wasm"].map(async (engineName) => {
        const executable = await compile(program, await chooseEngine(engineName));
        const outputs = flattenTree(
          (await executable.run({ trainable, buffers, images } as never)) as never,
          isHostArray,
        );
        await executable.dispose();
        return outputs as ReadonlyMap<string, HostArray>;
      }),
    );
    for (const [path, { data }] of native!) {
      const expected = wasm!.get(path)!.data;
      const scale = Math.max(1, ...Array.from(expected, Math.abs));
      const difference = Math.max(...Array.from(data, (value, i) => Math.abs(value - expected[i]!))) / scale;
      expect(difference, path).toBeLessThan(1e-4);
    }
  });

  test("names a wrong number of channels, and samples of another kind or shape", async () => {
    await expect(encode(imagesOf(2, 3, 8))).rejects.toThrow(`${name}: "${takes}"`);
    const other = samplesOf(takes === "images" ? "series" : "images", 2, 2, 8);
    await expect(encode(other)).rejects.toThrow(`${name}: "${takes}"`);
    if (takes === "series") return;
    const oblong = float32(new Float32Array(2 * 2 * 4 * 8), [2, 2, 4, 8]);
    await expect(encode(oblong)).rejects.toThrow("must have shape [2, 2, 4, 4], got [2, 2, 4, 8]");
  });

  test("builds at its defaults, one stream a parameter", () => {
    const { parameters } = build(3, 32, {});
    const paths = [...flattenTree(initialise(parameters, keyFor(0)) as Branch<HostArray>, isHostArray).keys()];
    expect(new Set(paths).size).toBe(paths.length);
    expect(() => build(3, 32, { nonsense: 1 })).toThrow(UnknownNameError);
  });
});
