import { describe, expect, test } from "vitest";
import { float32 } from "../host-array.js";
import { jax, type Tracer } from "../jax.js";
import { float32Spec, valueAndGradient } from "../program.js";
import { runOnce } from "../run-once.js";
import { Tensor } from "../tensor.js";
import { compiled, outputsOn } from "../testing/compiled.js";
import { wavyArray } from "../testing/gradient-check.js";

/** Windows by loops: what each shows, and the gradient of its weighted mean or maximum. */
function reference(data: ArrayLike<number>, [H, W]: readonly [number, number], window: number, stride: number) {
  const counts = [H, W].map((size) => Math.floor((size - window) / stride) + 1) as [number, number];
  const windows = Array.from({ length: counts[0] * counts[1] }, (_, i) => {
    const [row, column] = [Math.floor(i / counts[1]) * stride, (i % counts[1]) * stride];
    return Array.from({ length: window * window }, (_, k) => {
      const place = (row + Math.floor(k / window)) * W + column + (k % window);
      return { place, value: data[place]! };
    });
  });
  return { counts, windows };
}

describe.each([
  ["tiling", [6, 4], 2, 2],
  ["tiling with a rest", [7, 5], 2, 2],
  ["overlapping", [7, 6], 3, 2],
  ["overlapping, as many as would tile", [6, 6], 3, 2],
  ["touching every place", [5, 5], 3, 1],
  ["with gaps", [8, 7], 2, 3],
  ["one window", [3, 3], 3, 3],
  ["single elements", [4, 4], 1, 2],
] as const)("%s windows", (_, [H, W], window, stride) => {
  const x = wavyArray([1, 1, H, W], 5);
  const { counts, windows } = reference(x.data, [H, W], window, stride);
  const weight = (i: number) => 1 + i / 7;
  const run = (pool: (x: Tensor) => Tensor) =>
    runOnce({ x }, (inputs) => {
      const weights = Tensor.constant(
        float32(
          windows.map((_, i) => weight(i)),
          [1, 1, ...counts],
        ),
      );
      const { aux, gradient } = valueAndGradient(inputs, ({ x }) => {
        const output = pool(x);
        return { value: output.mul(weights).sum(), aux: { output } };
      });
      return { output: aux.output, gradient: gradient.x };
    });
  const expectClose = (got: ArrayLike<number>, expected: readonly number[]) => {
    expect(got.length).toBe(expected.length);
    for (const [i, value] of expected.entries()) expect(got[i]).toBeCloseTo(value, 5);
  };
  const gradientOf = (
    share: (element: { place: number; value: number }, window: readonly { value: number }[]) => number,
  ) => {
    const gradient = new Array<number>(H * W).fill(0);
    for (const [i, shown] of windows.entries()) {
      for (const element of shown) gradient[element.place]! += weight(i) * share(element, shown);
    }
    return gradient;
  };

  test("average", async () => {
    const { output, gradient } = await run((x) => x.averagePool2d(window, { stride }));
    expect(output.shape).toEqual([1, 1, ...counts]);
    expectClose(
      output.data,
      windows.map((shown) => shown.reduce((sum, { value }) => sum + value, 0) / shown.length),
    );
    expectClose(
      gradient.data,
      gradientOf((_, shown) => 1 / shown.length),
    );
  });

  test("maximum", async () => {
    const { output, gradient } = await run((x) => x.maxPool2d(window, { stride }));
    const largest = (shown: readonly { value: number }[]) => Math.max(...shown.map(({ value }) => value));
    expectClose(output.data, windows.map(largest));
    expectClose(
      gradient.data,
      gradientOf(({ value }, shown) => Number(value === largest(shown))),
    );
  });
});

test("a window over one axis", async () => {
  const { program } = await compiled({ x: float32Spec([2, 5]) }, ({ x }) => {
    const sums = jax.lax.reduceWindow(x.tracer, (row: Tracer) => jax.numpy.sum(row), [3], [2]);
    return { y: Tensor.fromTracer(sums as Tracer) };
  });
  const [y] = await outputsOn("native", program, [float32([1, 2, 3, 4, 5, 10, 20, 30, 40, 50], [2, 5])]);
  expect([...y!.data]).toEqual([6, 12, 60, 120]);
});

test("windows that tile are views: nothing is gathered, forward or backward", async () => {
  const step = await compiled({ x: float32Spec([2, 3, 6, 6]) }, (inputs) => {
    const { gradient } = valueAndGradient(inputs, ({ x }) => ({ value: x.averagePool2d(3).square().sum(), aux: {} }));
    return gradient;
  });
  for (const operator of ["Gather", "Slice", "Concat", "Pad"]) expect(step.counts).not.toHaveProperty(operator);
});

test("overlapping windows of maps with channels innermost are gathered as the maps lie, and so added up", async () => {
  const step = await compiled({ x: float32Spec([2, 7, 7, 3]) }, (inputs) => {
    const { gradient, aux } = valueAndGradient(inputs, ({ x }) => {
      const y = x.transpose([0, 3, 1, 2]).maxPool2d(3, { stride: 2 }).transpose([0, 2, 3, 1]);
      return { value: y.square().sum(), aux: { y } };
    });
    return { ...gradient, ...aux };
  });
  expect(step.counts.Gather).toBe(2);
  expect(step.counts).not.toHaveProperty("Transpose");
});

test("the gradient of a mean over overlapping windows is never written out window by window", async () => {
  const step = await compiled({ x: float32Spec([2, 3, 9, 9]) }, (inputs) => {
    const { gradient } = valueAndGradient(inputs, ({ x }) => {
      const y = x.averagePool2d(3, { stride: 2 });
      return { value: y.square().sum(), aux: {} };
    });
    return gradient;
  });
  expect(step.counts).not.toHaveProperty("Expand");
});
