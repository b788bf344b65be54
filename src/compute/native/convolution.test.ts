import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sizeOf } from "../host-array.js";
import { float32Spec } from "../program.js";
import { compiled } from "../testing/compiled.js";
import { type ConvolutionGeometry, convolutionErrors, convolutionStep } from "../testing/convolution-reference.js";

describe("forward and both gradients are what loops give", () => {
  const sizes = [
    [5, 7],
    [8, 8],
  ] as const;
  const grid = [1, 2, 3].flatMap((stride) =>
    [0, 1, 2].flatMap((padding) =>
      [1, 2, 3].flatMap((kernel) => sizes.map(([H, W]) => ({ stride, padding, kernel, H, W }))),
    ),
  );
  test("strides 1 to 3, paddings 0 to 2, kernels 1 to 3, odd and even sizes", async () => {
    for (const { stride, padding, kernel, H, W } of grid) {
      const found = await convolutionErrors([2, 3, H, W], [4, 3, kernel, kernel], { stride, padding, dilation: 1 });
      for (const error of found) expect(error, JSON.stringify({ stride, padding, kernel, H, W })).toBeLessThan(1e-5);
    }
  });

  test.each<[string, readonly number[], readonly number[], ConvolutionGeometry]>([
    ["dilation 2", [2, 3, 9, 8], [4, 3, 3, 3], { stride: 1, padding: 0, dilation: 2 }],
    ["dilation 3, stride 2, padded", [1, 2, 11, 9], [3, 2, 3, 2], { stride: 2, padding: 2, dilation: 3 }],
    ["a kernel taller than wide", [2, 2, 6, 6], [3, 2, 4, 1], { stride: 1, padding: 0, dilation: 1 }],
    ["a kernel as large as the image", [2, 3, 4, 5], [2, 3, 4, 5], { stride: 1, padding: 0, dilation: 1 }],
    ["one image, one channel, one filter", [1, 1, 5, 5], [1, 1, 3, 3], { stride: 1, padding: 1, dilation: 1 }],
    ["padding beyond the kernel", [1, 2, 3, 3], [2, 2, 2, 2], { stride: 2, padding: 3, dilation: 1 }],
    ["windows that see only padding", [1, 1, 4, 4], [1, 1, 1, 1], { stride: 3, padding: 3, dilation: 1 }],
    ["strides that skip pixels", [2, 2, 7, 7], [2, 2, 1, 1], { stride: 3, padding: 0, dilation: 1 }],
  ])("%s", async (_, x, w, geometry) => {
    for (const error of await convolutionErrors(x, w, geometry)) expect(error).toBeLessThan(1e-5);
  });

  test("random geometries", async () => {
    const side = fc.integer({ min: 4, max: 9 });
    const geometries = fc.record({
      x: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }), side, side),
      O: fc.integer({ min: 1, max: 4 }),
      kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
      stride: fc.integer({ min: 1, max: 4 }),
      padding: fc.integer({ min: 0, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(geometries, async ({ x, O, kernel, stride, padding }) => {
        const found = await convolutionErrors(x, [O, x[1], ...kernel], { stride, padding, dilation: 1 });
        for (const error of found) expect(error).toBeLessThan(1e-5);
      }),
      { numRuns: 25 },
    );
  });
});

describe("what it costs", () => {
  const step = (options: { stride: number; padding: number }, image = 9) => {
    const outSize = Math.floor((image + 2 * options.padding - 3) / options.stride) + 1;
    return convolutionStep(
      float32Spec([2, 3, image, image]),
      float32Spec([8, 3, 3, 3]),
      float32Spec([2, 8, outSize, outSize]),
      (x, w) => x.conv2d(w, options),
    );
  };

  test("one Gemm each for forward and gradients", async () => {
    expect((await step({ stride: 2, padding: 1 })).counts.Gemm).toBe(3);
    expect((await step({ stride: 1, padding: 1 })).counts.Gemm).toBe(3);
  });

  test("the gradient by the weight reads the patches of forward: two Gathers in all", async () => {
    const { counts, nodes } = await step({ stride: 2, padding: 1 });
    expect(counts.Gather).toBe(2); // patches, and what meets in the gradient by the images
    const [patches] = nodes("Gather");
    const readers = nodes("Gemm", "Reshape").filter(({ inputs }) => inputs.includes(patches!.outputs[0]!));
    const reshaped = readers.flatMap(({ outputs }) => outputs);
    expect(nodes("Gemm").filter(({ inputs }) => inputs.some((name) => reshaped.includes(name)))).toHaveLength(2);
  });

  test("a layer after another needs no transpose between: channels stay innermost", async () => {
    const { nodes, graph } = await compiled(
      { x: float32Spec([2, 3, 9, 9]), v: float32Spec([8, 3, 3, 3]), w: float32Spec([8, 8, 3, 3]) },
      ({ x, v, w }) => ({ y: x.conv2d(v, { padding: 1 }).relu().conv2d(w, { padding: 1 }).mean([2, 3]) }),
    );
    const sizes = nodes("Transpose").map(({ outputs }) => sizeOf(graph.values.get(outputs[0]!)!.shape));
    expect(sizes.sort((a, b) => a - b)).toEqual([8 * 3 * 9, 2 * 3 * 81, 8 * 8 * 9]); // weights and images only
  });

  test("patches that tile the image are padded with nothing", async () => {
    const { counts } = await convolutionStep(
      float32Spec([2, 3, 8, 8]),
      float32Spec([5, 3, 4, 4]),
      float32Spec([2, 5, 2, 2]),
      (x, w) => x.conv2d(w, { stride: 4 }),
    );
    expect(counts).not.toHaveProperty("Pad");
    expect(counts).not.toHaveProperty("ReduceSum");
  });

  test("a 1 x 1 convolution gathers nothing", async () => {
    const { counts } = await convolutionStep(
      float32Spec([2, 3, 4, 4]),
      float32Spec([5, 3, 1, 1]),
      float32Spec([2, 5, 4, 4]),
      (x, w) => x.conv2d(w),
    );
    expect(counts).not.toHaveProperty("Gather");
    expect(counts.Gemm).toBe(3);
  });
});
