import { expect, test } from "vitest";
import { float32, runOnce, type Tensor } from "../compute/index.js";
import { clipByGlobalNorm } from "./clip.js";

const clip = (values: readonly number[], maxNorm: number) =>
  runOnce({ a: float32([values[0]!], [1]), b: { c: float32(values.slice(1), [values.length - 1]) } }, (gradient) => {
    const clipped = clipByGlobalNorm(gradient, maxNorm);
    return { norm: clipped.norm, gradient: clipped.gradient as { a: Tensor; b: { c: Tensor } } };
  });

test("a gradient of length 13 is cut to length 1 and keeps its direction", async () => {
  const { norm, gradient } = await clip([3, 4, 12], 1);
  expect(norm.data[0]).toBeCloseTo(13, 5);
  expect(gradient.a.data[0]).toBeCloseTo(3 / 13, 5);
  expect([...gradient.b.c.data].map((g) => g * 13)).toEqual([expect.closeTo(4, 4), expect.closeTo(12, 4)]);
});

test("a short gradient stays as it is", async () => {
  const { gradient } = await clip([0.3, 0.4], 1);
  expect([gradient.a.data[0], gradient.b.c.data[0]]).toEqual([Math.fround(0.3), Math.fround(0.4)]);
});

test("a zero gradient stays zero, a NaN stays visible", async () => {
  expect((await clip([0, 0], 1)).gradient.a.data[0]).toBe(0);
  const broken = await clip([1, Number.NaN], 1);
  expect(broken.norm.data[0]).toBeNaN();
  expect(broken.gradient.a.data[0]).toBeNaN();
});
