/** Convolution, its transpose and pooling against loops in float64, with their gradients, on two engines. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostArray } from "./host-array.js";
import { relativeDifference } from "./testing/compiled.js";
import { wavyArray } from "./testing/gradient-check.js";
import { resultAndGradients } from "./testing/step-outputs.js";
import { convolutionByLoops, poolingByLoops, transposedByLoops } from "./testing/window-references.js";

/** Relative to the largest value. */
const TOLERANCE = 2e-6;
const fewRuns = { native: { numRuns: 40, seed: 1 }, wasm: { numRuns: 8, seed: 2 } };

function expectEqual(got: readonly HostArray[], expected: readonly HostArray[], note: unknown): void {
  expect(got.length).toBe(expected.length);
  for (const [i, array] of got.entries()) {
    expect(array.shape).toEqual(expected[i]!.shape);
    expect(relativeDifference(array, expected[i]!), `${JSON.stringify(note)} output ${i}`).toBeLessThan(TOLERANCE);
  }
}

const small = (min: number, max: number) => fc.integer({ min, max });

describe.each(["native", "wasm"] as const)("on %s", (engine) => {
  test("conv2d in groups, one channel in each included", async () => {
    const geometry = fc.record({
      batch: small(1, 3),
      groups: small(2, 3),
      inGroup: small(1, 2),
      outGroup: small(1, 2),
      kernel: small(1, 4),
      stride: small(1, 3),
      padding: small(0, 2),
      height: small(4, 8),
      width: small(4, 7),
    });
    await fc.assert(
      fc.asyncProperty(geometry, async (it) => {
        const { batch, groups, inGroup, outGroup, kernel, stride, padding, height, width } = it;
        const out = (size: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
        const x = wavyArray([batch, groups * inGroup, height, width], 1);
        const w = wavyArray([groups * outGroup, inGroup, kernel, kernel], 2);
        const change = wavyArray([batch, groups * outGroup, out(height), out(width)], 3);
        const options = { stride, padding, groups };
        const got = await resultAndGradients(engine, [x, w], change, (x, w) => x!.conv2d(w!, options));
        expectEqual(got, convolutionByLoops(x, w, change, options), it);
      }),
      fewRuns[engine],
    );
  });

  test("convTranspose2d", async () => {
    const geometry = fc.record({
      channels: small(1, 3),
      outChannels: small(1, 3),
      kernel: small(1, 4),
      stride: small(1, 3),
      padding: small(0, 2),
      outputPadding: small(0, 2),
      height: small(3, 5),
      width: small(3, 5),
    });
    await fc.assert(
      fc.asyncProperty(geometry, async (it) => {
        const { channels, outChannels, kernel, stride, padding, height, width } = it;
        const outputPadding = Math.min(it.outputPadding, stride - 1);
        const out = (size: number) => (size - 1) * stride - 2 * padding + kernel + outputPadding;
        fc.pre(out(Math.min(height, width)) > 0);
        const x = wavyArray([2, channels, height, width], 1);
        const w = wavyArray([channels, outChannels, kernel, kernel], 2);
        const change = wavyArray([2, outChannels, out(height), out(width)], 3);
        const options = { stride, padding, outputPadding };
        const got = await resultAndGradients(engine, [x, w], change, (x, w) => x!.convTranspose2d(w!, options));
        expectEqual(got, transposedByLoops(x, w, change, options), it);
      }),
      fewRuns[engine],
    );
  });

  test.each(["mean", "max"] as const)("pooling by %s, padded and not, with and without a rest", async (kind) => {
    const geometry = fc.record({
      window: small(1, 4),
      stride: small(1, 4),
      padding: small(0, 2),
      height: small(4, 8),
      width: small(4, 8),
    });
    await fc.assert(
      fc.asyncProperty(geometry, async (it) => {
        const { window, stride, height, width } = it;
        const options = { stride, padding: Math.min(it.padding, Math.floor(window / 2)) };
        const out = (size: number) => Math.floor((size + 2 * options.padding - window) / stride) + 1;
        const x = wavyArray([2, 3, height, width], 1);
        const change = wavyArray([2, 3, out(height), out(width)], 2);
        const got = await resultAndGradients(engine, [x], change, (x) =>
          kind === "mean" ? x!.averagePool2d(window, options) : x!.maxPool2d(window, options),
        );
        expectEqual(got, poolingByLoops(kind, x, change, { window, ...options }), it);
      }),
      fewRuns[engine],
    );
  });
});

test("a convolution and its transpose are adjoint: <conv(x), y> = <x, convTranspose(y)>", async () => {
  const [x, w, y] = [wavyArray([2, 3, 7, 8], 1), wavyArray([4, 3, 3, 3], 2), wavyArray([2, 4, 4, 4], 3)];
  const options = { stride: 2, padding: 1 };
  const [forward] = await resultAndGradients("native", [x, w], y, (x, w) => x!.conv2d(w!, options));
  // The height 7 shrinks to 4 without a rest, the width 8 with one: grown by an output padding, cut on the other axis.
  const [back] = await resultAndGradients("native", [y, w], wavyArray([2, 3, 7, 8], 4), (y, w) =>
    y!.convTranspose2d(w!, { ...options, outputPadding: 1 }).slice(2, 0, 7),
  );
  const product = (a: HostArray, b: HostArray) =>
    Array.from(a.data, (value, i) => value * b.data[i]!).reduce((sum, term) => sum + term, 0);
  expect(product(forward!, y)).toBeCloseTo(product(back!, x), 4);
});

test("padding never wins a maximum, even of very low values", async () => {
  const x = { ...wavyArray([1, 1, 3, 3], 0), data: new Float32Array(9).fill(-1e38) };
  const [pooled] = await resultAndGradients("native", [x], wavyArray([1, 1, 2, 2], 1), (x) =>
    x!.maxPool2d(3, { stride: 2, padding: 1 }),
  );
  expect([...pooled!.data]).toEqual(new Array(4).fill(Math.fround(-1e38)));
});
