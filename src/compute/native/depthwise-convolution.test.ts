import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostArray } from "../host-array.js";
import { float32Spec, valueAndGradient } from "../program.js";
import { Tensor } from "../tensor.js";
import { compiled, relativeDifference } from "../testing/compiled.js";
import { wavyArray } from "../testing/gradient-check.js";
import { resultAndGradients } from "../testing/step-outputs.js";
import { convolutionByLoops } from "../testing/window-references.js";
import { chooseBands } from "./depthwise-convolution.js";
import type { Meeting } from "./meeting.js";
import { peakBytes } from "./memory.js";

/** A convolution of maps of size², padded so that it keeps them at stride 1. */
function keepsSize(size: number, kernel: number, stride = 1): Meeting {
  const outputs = Math.ceil(size / stride);
  return {
    inputs: [size, size],
    outputs: [outputs, outputs],
    taps: [kernel, kernel],
    strides: [stride, stride],
    lhsDilation: [1, 1],
    rhsDilation: [1, 1],
    before: [(kernel - 1) / 2, (kernel - 1) / 2],
    isFlipped: false,
  };
}

/** Its gradient by the images. */
function gradientByImages({ inputs, outputs, taps, strides, before, ...others }: Meeting): Meeting {
  const padding = taps.map((size, i) => size - 1 - before[i]!);
  return { ...others, inputs: outputs, outputs: inputs, taps, strides: [1, 1], lhsDilation: strides, before: padding };
}

describe("bands", () => {
  test("cover every output once, and are as tall as their taps reach", () => {
    const { outputRows, inputRows, starts } = chooseBands(keepsSize(16, 7), 64, 64);
    expect(outputRows * starts.length).toBe(16);
    expect(inputRows).toBe(outputRows + 6);
    expect(starts).toEqual(starts.map((_, i) => i * outputRows - 3));
  });

  test("are few rows on wide maps, the whole of small ones", () => {
    expect(chooseBands(keepsSize(32, 7), 64, 64).outputRows).toBeLessThanOrEqual(4);
    expect(chooseBands(keepsSize(4, 7), 256, 64)).toEqual({ outputRows: 4, inputRows: 4, starts: [0] });
  });

  test("are lower for one image, where matrices cost more than products", () => {
    const [one, many] = [1, 256].map((batch) => chooseBands(keepsSize(32, 7), 64, batch).outputRows);
    expect(one).toBeLessThanOrEqual(many!);
  });

  test("of a strided convolution's gradient begin at whole inputs", () => {
    const { starts, outputRows } = chooseBands(gradientByImages(keepsSize(16, 3, 2)), 64, 64);
    expect(starts.every(Number.isInteger)).toBe(true);
    expect(outputRows % 2).toBe(0);
  });
});

const small = (min: number, max: number) => fc.integer({ min, max });

test("is what loops give, in either order of memory, where there are several bands", async () => {
  const geometry = fc.record({
    channels: small(1, 3),
    kernel: fc.constantFrom(1, 3, 5, 7),
    stride: small(1, 2),
    padding: small(0, 3),
    height: fc.constantFrom(8, 9, 12, 16),
    width: fc.constantFrom(7, 8, 12),
    isChannelsInnermost: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(geometry, async ({ channels, kernel, stride, padding, height, width, isChannelsInnermost }) => {
      const out = (size: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
      const x = wavyArray([2, channels, height, width], 1);
      const w = wavyArray([channels, 1, kernel, kernel], 2);
      const change = wavyArray([2, channels, out(height), out(width)], 3);
      const options = { stride, padding, groups: channels };
      // a convolution leaves channels innermost in memory; this one changes no value
      const innermost = (tensor: Tensor) =>
        tensor.conv2d(Tensor.identity(channels).reshape([channels, channels, 1, 1]));
      const got = await resultAndGradients("native", [x, w], change, (x, w) =>
        (isChannelsInnermost ? innermost(x!) : x!).conv2d(w!, options),
      );
      for (const [i, expected] of convolutionByLoops(x, w, change, options).entries()) {
        expect(relativeDifference(got[i]!, expected)).toBeLessThan(2e-6);
      }
    }),
    { numRuns: 30, seed: 5 },
  );
});

function stepOf(shape: readonly [number, number, number, number], kernel: number) {
  const channels = shape[1];
  const leaves = { x: float32Spec(shape), w: float32Spec([channels, 1, kernel, kernel]) };
  return compiled(leaves, (given) => {
    const { gradient, value } = valueAndGradient(given, ({ x, w }) => ({
      value: x
        .conv2d(w, { padding: (kernel - 1) / 2, groups: channels })
        .square()
        .sum(),
      aux: {},
    }));
    return { value, ...gradient };
  });
}

test("a step takes one matrix product forward and one for each gradient, and never lays out every tap", async () => {
  const shape = [16, 32, 16, 16] as const;
  const { counts, graph } = await stepOf(shape, 7);
  expect(counts.FusedMatMul).toBe(3);
  const mapBytes = 4 * shape.reduce((product, size) => product * size, 1);
  expect(peakBytes(graph.model, graph.values)).toBeLessThan(16 * mapBytes); // 49 taps laid out would be 49 maps
});

test("other groups are one matrix product over their neighbourhoods as well", async () => {
  const leaves = { x: float32Spec([4, 6, 8, 8]), w: float32Spec([6, 3, 3, 3]) };
  const { counts } = await compiled(leaves, ({ x, w }) => ({ y: x.conv2d(w, { padding: 1, groups: 2 }) }));
  expect([counts.FusedMatMul, counts.Gemm]).toEqual([1, undefined]);
});

test("one image and one channel, where forward and gradient by the kernel look alike", async () => {
  for (const [size, kernel] of [
    [5, 3],
    [3, 3],
    [9, 7],
  ] as const) {
    const inputs: HostArray[] = [wavyArray([1, 2, size, size], 1), wavyArray([2, 1, kernel, kernel], 2)];
    const outSize = size - kernel + 1;
    const change = wavyArray([1, 2, outSize, outSize], 3);
    const got = await resultAndGradients("native", inputs, change, (x, w) => x!.conv2d(w!, { groups: 2 }));
    const expected = convolutionByLoops(inputs[0]!, inputs[1]!, change, { stride: 1, padding: 0, groups: 2 });
    for (const [i, array] of expected.entries()) expect(relativeDifference(got[i]!, array)).toBeLessThan(2e-6);
  }
});
