import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { float32Spec, valueAndGradient } from "../program.js";
import type { Tensor } from "../tensor.js";
import { compiled } from "../testing/compiled.js";
import { convolutionErrors, convolutionStep } from "../testing/convolution-reference.js";
import { chooseTileSize } from "./convolution-cost.js";
import { peakBytes } from "./memory.js";

/** Of the largest value; a direct convolution in float32 stays below 1e-6. */
const TOLERANCE = 3e-5;
const plain = { stride: 1, dilation: 1 };

describe("forward and both gradients are what loops in float64 give", () => {
  test.each([
    ["large tiles", [12, 32, 8, 8], 40, 1, 4],
    ["large tiles that hang over odd edges", [14, 40, 7, 11], 32, 1, 4],
    ["no padding", [12, 32, 10, 9], 40, 0, 4],
    ["padding of two", [12, 32, 6, 9], 32, 2, 4],
    ["maps of one tile, with fewer tiles than channels", [40, 48, 4, 4], 48, 1, 4],
    ["small tiles", [64, 64, 2, 2], 64, 1, 2],
    ["small tiles that hang over", [32, 80, 5, 6], 80, 1, 2],
  ] as const)("%s", async (_, x, outChannels, padding, tileSize) => {
    const [batch, channels, height, width] = x;
    const outputs = [height + 2 * padding - 2, width + 2 * padding - 2];
    expect(chooseTileSize({ batch, channels, outChannels, outputs })).toBe(tileSize);
    const found = await convolutionErrors(x, [outChannels, channels, 3, 3], { ...plain, padding });
    for (const error of found) expect(error).toBeLessThan(TOLERANCE);
  });

  test("random sizes and paddings", async () => {
    const side = fc.integer({ min: 3, max: 9 });
    const cases = fc.record({
      batch: fc.integer({ min: 8, max: 20 }),
      channels: fc.integer({ min: 24, max: 40 }),
      outChannels: fc.integer({ min: 24, max: 40 }),
      height: side,
      width: side,
      padding: fc.integer({ min: 0, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ batch, channels, outChannels, height, width, padding }) => {
        const outputs = [height, width].map((size) => size + 2 * padding - 2);
        fc.pre(chooseTileSize({ batch, channels, outChannels, outputs }) !== undefined);
        const [x, w] = [
          [batch, channels, height, width],
          [outChannels, channels, 3, 3],
        ] as const;
        for (const error of await convolutionErrors(x, w, { ...plain, padding })) expect(error).toBeLessThan(TOLERANCE);
      }),
      { numRuns: 12 },
    );
  });
});

describe("what it costs", () => {
  const [B, C, O, S] = [8, 32, 32, 16];
  const step = () =>
    convolutionStep(float32Spec([B, C, S, S]), float32Spec([O, C, 3, 3]), float32Spec([B, O, S, S]), (x, w) =>
      x.conv2d(w, { padding: 1 }),
    );

  test("the gradient by the weight reads the tiles of forward: two Gathers, of images and of gradients", async () => {
    const { counts } = await step();
    expect(counts.Gather).toBe(2);
    expect(counts.FusedMatMul).toBe(3);
  });

  test("a layer after another moves no activations between", async () => {
    const weights = { v: float32Spec([O, C, 3, 3]), w: float32Spec([O, O, 3, 3]) };
    const { nodes } = await compiled({ x: float32Spec([B, C, S, S]), ...weights }, ({ x, v, w }) => ({
      y: x.conv2d(v, { padding: 1 }).relu().conv2d(w, { padding: 1 }).mean([2, 3]),
    }));
    // The images, which come with channels first, and the joining of each layer's tiles.
    expect(nodes("Transpose")).toHaveLength(3);
  });

  test("memory: a chain of layers keeps 2.25 times the activations for each layer's gradient, not 9 times", async () => {
    const depth = 6;
    const weights = Object.fromEntries(Array.from({ length: depth }, (_, i) => [`w${i}`, float32Spec([C, C, 3, 3])]));
    const { graph } = await compiled({ x: float32Spec([B, C, S, S]), weights }, (given) => {
      const { value, gradient } = valueAndGradient(given.weights as Record<string, Tensor>, (layers) => {
        const y = Object.values(layers).reduce((x, w) => x.conv2d(w, { padding: 1 }), given.x);
        return { value: y.mean(), aux: {} };
      });
      return { value, ...gradient };
    });
    const activation = B * C * S * S * 4;
    const kept = depth * (36 / 16) * activation;
    const alive = peakBytes(graph.model, graph.values);
    expect(alive).toBeGreaterThan(kept);
    expect(alive).toBeLessThan(kept + 12 * activation);
  });
});
