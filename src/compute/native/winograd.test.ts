import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { float32Spec, valueAndGradient } from "../program.js";
import type { Tensor } from "../tensor.js";
import { compiled } from "../testing/compiled.js";
import { convolutionErrors, convolutionStep } from "../testing/convolution-reference.js";
import type { Meeting } from "./meeting.js";
import { peakBytes } from "./memory.js";
import type * as plans from "./winograd-plan.js";

/** Of the largest value; a direct convolution in float32 stays below 1e-6. */
const TOLERANCE = 3e-5;

/** Every convolution that can goes by tiles here, as if it had so many images and channels that it paid. */
vi.mock("./winograd-plan.js", async (importOriginal) => {
  const { planForward, planSpread } = await importOriginal<typeof plans>();
  const many = { batch: 1e6, channels: 1e4, outChannels: 1e4 };
  const forBatch = (plan: plans.WinogradPlan | undefined, batch: number) =>
    plan && { ...plan, tiling: { ...plan.tiling, batch } };
  return {
    planForward: (meeting: Meeting, { batch }: plans.ConvolutionSizes) => forBatch(planForward(meeting, many), batch),
    planSpread: (meeting: Meeting, { batch }: plans.ConvolutionSizes) => forBatch(planSpread(meeting, many), batch),
  };
});

/** How many batched products a step of a convolution and its gradients has: one each where they go by tiles. */
async function numTiledProducts(x: readonly number[], outChannels: number, stride: number, padding: number) {
  const outputs = x.slice(2).map((size) => Math.floor((size + 2 * padding - 3) / stride) + 1);
  const { counts } = await convolutionStep(
    float32Spec(x),
    float32Spec([outChannels, x[1]!, 3, 3]),
    float32Spec([x[0]!, outChannels, ...outputs]),
    (images, w) => images.conv2d(w, { stride, padding }),
  );
  return counts.FusedMatMul ?? 0;
}

describe("forward and both gradients are what loops in float64 give", () => {
  test.each([
    ["large tiles", [2, 3, 8, 8], 4, 1, 1],
    ["large tiles that hang over odd edges", [2, 4, 7, 11], 3, 1, 1],
    ["no padding", [2, 3, 10, 9], 4, 1, 0],
    ["padding of two", [2, 3, 6, 9], 5, 1, 2],
    ["maps of one tile, with fewer tiles than channels", [2, 5, 4, 4], 6, 1, 1],
    ["small tiles", [3, 4, 2, 5], 5, 1, 1],
    ["small tiles that hang over", [2, 4, 5, 6], 3, 1, 1],
    ["stride 2", [2, 3, 16, 16], 4, 2, 1],
    ["stride 2, odd sizes", [2, 4, 15, 17], 3, 2, 1],
    ["stride 2 without padding", [1, 3, 23, 24], 4, 2, 0],
    ["stride 2, padding of two", [2, 4, 13, 14], 3, 2, 2],
    ["stride 2, with fewer tiles than channels", [1, 6, 8, 8], 7, 2, 1],
  ] as const)("%s", async (_, x, outChannels, stride, padding) => {
    expect(await numTiledProducts(x, outChannels, stride, padding)).toBe(3);
    const found = await convolutionErrors(x, [outChannels, x[1], 3, 3], { stride, padding, dilation: 1 });
    for (const error of found) expect(error).toBeLessThan(TOLERANCE);
  });

  test("random sizes, strides and paddings", async () => {
    const side = fc.integer({ min: 3, max: 14 });
    const channels = fc.integer({ min: 1, max: 6 });
    const cases = fc.record({
      x: fc.tuple(fc.integer({ min: 1, max: 3 }), channels, side, side),
      outChannels: channels,
      padding: fc.integer({ min: 0, max: 2 }),
      stride: fc.integer({ min: 1, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ x, outChannels, padding, stride }) => {
        const w = [outChannels, x[1], 3, 3];
        for (const error of await convolutionErrors(x, w, { stride, padding, dilation: 1 })) {
          expect(error).toBeLessThan(TOLERANCE);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("many channels: float32 loses no more than is said", async () => {
    for (const stride of [1, 2]) {
      const found = await convolutionErrors([4, 128, 8, 8], [64, 128, 3, 3], { stride, padding: 1, dilation: 1 });
      for (const error of found) expect(error).toBeLessThan(1e-5);
    }
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
