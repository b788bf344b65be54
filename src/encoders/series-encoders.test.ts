/** What is particular to the encoders of series. */
import { describe, expect, test } from "vitest";
import { type Branch, float32, type HostArray, keyFor, resolveOptions, runOnce } from "../compute/index.js";
import { countParameters, evaluationMode, initialise } from "../nn/index.js";
import type { Encoder, EncoderDefinition } from "./encoder.js";
import { mlp } from "./mlp.js";
import { resampleLine } from "./resample-line.js";
import { seriesConvnet } from "./series-convnet.js";
import { seriesTransformer } from "./series-transformer.js";

const build = (definition: EncoderDefinition, channels: number, length: number, given = {}) =>
  definition.build({ channels, imageSize: length }, resolveOptions(definition.name, definition.options, given));

async function featuresOf(encoder: Encoder, shape: readonly number[], valueAt: (index: number) => number) {
  const values = initialise(encoder.parameters, keyFor(0)) as Branch<HostArray>;
  const length = shape.reduce((product, size) => product * size, 1);
  const series = float32(
    Float32Array.from({ length }, (_, i) => valueAt(i)),
    shape,
  );
  return runOnce({ series, values }, (given) => {
    const { features, tokens } = encoder.encode(given.values, given.series, evaluationMode());
    return { features, tokens };
  });
}

describe("mlp", () => {
  test("counts its parameters: a matrix a layer, a gain and a bias a unit", () => {
    const encoder = build(mlp as never, 5, 1, { width: 7, depth: 2 });
    expect(countParameters(encoder.parameters)).toBe(5 * 7 + 7 * 7 + 2 * (7 + 7));
    expect([encoder.featureDim, encoder.gridSizeOf(1), encoder.couplesBatch]).toEqual([7, 1, true]);
    expect(build(mlp as never, 5, 1, { normalization: "layer" }).couplesBatch).toBe(false);
  });

  test("reads a window of another length at its own places", async () => {
    const encoder = build(mlp as never, 1, 2, { width: 3, depth: 1 });
    // a straight line at four places is the same line at two: 0, 1, 2, 3 -> 0.5, 2.5
    const long = await featuresOf(encoder, [1, 1, 4], (i) => i);
    const short = await featuresOf(encoder, [1, 1, 2], (i) => 0.5 + 2 * i);
    for (const [i, value] of long.features.data.entries()) expect(value).toBeCloseTo(short.features.data[i]!, 5);
  });
});

describe("seriesConvnet", () => {
  test("halves the time at each stage, rounding up, and counts its parameters", async () => {
    const encoder = build(seriesConvnet as never, 3, 20, { width: 4, stages: 2, depth: 2, kernelSize: 5 });
    const convolutions = 5 * (3 * 4 + 4 * 4 + 4 * 8 + 8 * 8);
    expect(countParameters(encoder.parameters)).toBe(convolutions + 2 * (4 + 4 + 8 + 8));
    const { tokens } = await featuresOf(encoder, [2, 3, 18], Math.sin);
    expect(tokens.shape).toEqual([2, 5, 8]);
    expect(encoder.gridSizeOf(18)).toBe(5);
  });

  test("sees a shift in time as a shift: features of a long quiet window do not depend on where something happens", async () => {
    const encoder = build(seriesConvnet as never, 1, 64, { width: 4, stages: 2, depth: 1, normalization: "group" });
    const pulseAt = (place: number) => featuresOf(encoder, [1, 1, 64], (t) => (Math.abs(t - place) < 3 ? 1 : 0));
    const [early, late] = [await pulseAt(24), await pulseAt(40)];
    for (const [i, value] of early.features.data.entries()) expect(value).toBeCloseTo(late.features.data[i]!, 4);
  });

  test("says how many stages a window allows, and where rows of a table go", () => {
    expect(() => build(seriesConvnet as never, 1, 8, { stages: 4 })).toThrow("Windows of 8 steps allow 3.");
    expect(() => build(seriesConvnet as never, 1, 1)).toThrow("the encoder mlp takes them");
    expect(() => build(seriesConvnet as never, 1, 16, { kernelSize: 4 })).toThrow("an odd number");
  });
});

describe("seriesTransformer", () => {
  test("counts its parameters, and has a token a patch", async () => {
    const given = { patchSize: 4, width: 8, depth: 1, numHeads: 2, mlpRatio: 2 };
    const encoder = build(seriesTransformer as never, 3, 16, given);
    const block = 2 * 2 * 8 + (8 * 24 + 24) + (8 * 8 + 8) + (8 * 16 + 16) + (16 * 8 + 8);
    expect(countParameters(encoder.parameters)).toBe(3 * 4 * 8 + 8 + 4 * 8 + block + 2 * 8);
    expect((await featuresOf(encoder, [2, 3, 24], Math.cos)).tokens.shape).toEqual([2, 6, 8]);
  });

  test("says which windows its patches fit", () => {
    const wrong = () => build(seriesTransformer as never, 1, 30, { patchSize: 4 });
    expect(wrong).toThrow("a divisor of the 30 steps of a window, got 4. Windows of 32 steps would fit");
    expect(() => build(seriesTransformer as never, 1, 1)).toThrow("the encoder mlp takes them");
  });
});

test("resampleLine keeps a constant, and interpolates between middles of places", async () => {
  const resample = (values: number[], to: number) =>
    runOnce({ line: float32(values, [values.length, 1]) }, ({ line }) => ({ y: resampleLine(line, to) }));
  for (const value of (await resample([7, 7], 5)).y.data) expect(value).toBeCloseTo(7, 5);
  expect([...(await resample([0, 4], 4)).y.data]).toEqual([0, 1, 3, 4]);
  expect([...(await resample([1, 2, 6], 3)).y.data]).toEqual([1, 2, 6]);
});
