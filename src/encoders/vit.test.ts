import { describe, expect, test } from "vitest";
import {
  type Branch,
  describeProgram,
  float32,
  float32Spec,
  type HostArray,
  int32,
  isHostArray,
  keyFor,
  mapTree,
  resolveOptions,
  runOnce,
  type Tensor,
  type Tree,
  trace,
} from "../compute/index.js";
import { wavyArray } from "../compute/testing/gradient-check.js";
import { countParameters, evaluationMode, initialise, sinCosPositions } from "../nn/index.js";
import type { Encoder } from "./encoder.js";
import { vit } from "./vit.js";

const build = (imageSize: number, given = {}): Encoder =>
  vit.build({ channels: 3, imageSize }, resolveOptions("vit", vit.options, given));
const valuesOf = (encoder: Encoder) => initialise(encoder.parameters, keyFor(0)) as Branch<HostArray>;
const tiny = { patchSize: 4, width: 8, depth: 2, numHeads: 2, mlpRatio: 1 };

describe("sizes of the vit", () => {
  // timm's deit_tiny, deit_small and vit_base at 224 pixels, patches of 16, without classifier. They add a position to
  // the class token; here the two are one vector.
  test.each([
    ["tiny", 5_524_416 - 192],
    ["small", 21_665_664 - 384],
    ["base", 85_798_656 - 768],
  ])("%s counts the parameters published for it", (size, count) => {
    expect(countParameters(build(224, { size, patchSize: 16, pooling: "class" }).parameters)).toBe(count);
  });

  test("a width beside a size is refused, unless it is the same", () => {
    expect(() => build(32, { size: "small", width: 100 })).toThrow(
      'vit: "width" must be left to the size small, got 100. The size small has 384: leave width out',
    );
    expect(build(32, { size: "small", width: 384 }).featureDim).toBe(384);
  });
});

describe("positions of the vit", () => {
  test("fixed ones are no parameters, and are what is added to the patches", async () => {
    const encoder = build(8, { ...tiny, depth: 1, positions: "fixed", pooling: "class", numRegisters: 1 });
    const values = valuesOf(encoder);
    expect(Object.keys(values)).toEqual(["patches", "prefix", "blocks", "norm"]);
    const silent = mapTree<HostArray, HostArray>(values as Tree<HostArray>, isHostArray, (array, path) =>
      path === "norm/gain" ? array : float32(new Float32Array(array.data.length), array.shape),
    ) as Branch<HostArray>;
    const { tokens } = await runOnce({ images: wavyArray([1, 3, 8, 8], 0), silent }, ({ images, silent }) => ({
      tokens: encoder.encode(silent, images, evaluationMode()).tokens,
    }));
    const positions = sinCosPositions(2, 8).data;
    for (let n = 0; n < 4; n++) {
      const row = [...positions.subarray(8 * n, 8 * n + 8)];
      const mean = row.reduce((a, b) => a + b) / 8;
      const std = Math.sqrt(row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 8 + 1e-6);
      row.forEach((x, d) => {
        expect(tokens.data[8 * n + d]).toBeCloseTo((x - mean) / std, 4);
      });
    }
  });

  test.each(["learned", "fixed"])("%s ones serve other image sizes, visible places alone too", async (positions) => {
    const encoder = build(16, { ...tiny, positions });
    const values = valuesOf(encoder);
    const images = wavyArray([1, 3, 24, 24], 2);
    const { some, all } = await runOnce({ images, values, visible: int32([35, 0], [1, 2]) }, (t) => ({
      some: encoder.encode(t.values, t.images, evaluationMode(), t.visible).tokens,
      all: encoder.encode(t.values, t.images, evaluationMode()).tokens,
    }));
    expect([some.shape, all.shape]).toEqual([
      [1, 2, 8],
      [1, 36, 8],
    ]);
    expect([...some.data, ...all.data].every(Number.isFinite)).toBe(true);
  });
});

describe("layers of the vit", () => {
  const encoder = build(8, { ...tiny, pooling: "class", numRegisters: 2 });
  const values = valuesOf(encoder);

  test("are the patches after each block; the last, normed, are the tokens", async () => {
    const images = wavyArray([2, 3, 8, 8], 3);
    const { first, last, tokens } = await runOnce({ images, values }, ({ images, values }) => {
      const { layers, tokens } = encoder.encode(values, images, evaluationMode());
      expect(layers).toHaveLength(2);
      return { first: layers![0]!, last: layers![1]!, tokens };
    });
    expect([first.shape, last.shape]).toEqual([
      [2, 4, 8],
      [2, 4, 8],
    ]);
    expect([...first.data]).not.toEqual([...last.data]);
    for (let row = 0; row < 8; row++) {
      const vector = [...last.data.subarray(8 * row, 8 * row + 8)];
      const mean = vector.reduce((a, b) => a + b) / 8;
      const std = Math.sqrt(vector.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 8 + 1e-6);
      vector.forEach((x, d) => {
        expect(tokens.data[8 * row + d]).toBeCloseTo((x - mean) / std, 3);
      });
    }
  });

  test("cost nothing where nobody reads them", async () => {
    const slicesOf = async (reads: "features" | "layers"): Promise<number> => {
      const program = await trace({ images: float32Spec([2, 3, 8, 8]), values: encoder.parameters }, (given) => {
        const { features, layers } = encoder.encode(given.values as never, given.images, evaluationMode());
        const read: Record<string, Tensor> =
          reads === "features" ? { features } : { features, ...Object.fromEntries(layers!.entries()) };
        return read;
      });
      return Number(/Slice (\d+)/.exec(describeProgram(program))?.[1] ?? 0);
    };
    // the class token's own; the layers add one each
    expect([await slicesOf("features"), await slicesOf("layers")]).toEqual([1, 3]);
  });
});
