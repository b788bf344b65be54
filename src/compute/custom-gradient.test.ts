import { describe, expect, test } from "vitest";
import { withGradient } from "./custom-gradient.js";
import { float32, type HostArray } from "./host-array.js";
import { float32Spec, valueAndGradient } from "./program.js";
import { runOnce } from "./run-once.js";
import type { Tensor } from "./tensor.js";
import { compiled } from "./testing/compiled.js";
import { maxGradientError } from "./testing/gradient-check.js";

const x = float32([-3, -0.5, 0, 0.25, 2, 7], [2, 3]);
const gradientOf = async (body: (x: Tensor) => Tensor, at: HostArray = x) => {
  const { g } = await runOnce({ at }, ({ at }) => ({
    g: valueAndGradient({ at } as { at: Tensor }, (p) => ({ value: body(p.at).sum(), aux: {} })).gradient.at,
  }));
  return [...g.data];
};

test("the value is given, the gradient is the one written: here a wrong one", async () => {
  const wrong = (x: Tensor) => withGradient(x, x.square(), (change) => change.mul(100));
  expect(await gradientOf(wrong)).toEqual([100, 100, 100, 100, 100, 100]);
  const { y } = await runOnce({ x }, ({ x }) => ({ y: wrong(x) }));
  expect([...y.data]).toEqual([9, 0.25, 0, 0.0625, 4, 49]);
});

test("a forward pass alone computes nothing of the gradient", async () => {
  const step = await compiled({ x: float32Spec([2, 3]) }, ({ x }) => ({
    y: withGradient(x, x.exp(), (change) => change.mul(x.stopGradient().sin())),
  }));
  expect(step.counts).toEqual({ Exp: 1 });
});

describe("gradients by hand agree with central differences", () => {
  test.each<[string, (x: Tensor) => Tensor]>([
    ["gelu", (x) => x.gelu()],
    ["sigmoid", (x) => x.sigmoid()],
    ["tanh", (x) => x.tanh()],
    ["softmax", (x) => x.softmax(-1)],
    ["softmax along the first axis", (x) => x.softmax(0)],
  ])("%s", async (_, body) => {
    const error = await maxGradientError({ x }, ({ x }) =>
      body(x as Tensor)
        .mul((x as Tensor).add(1))
        .square()
        .sum(),
    );
    expect(error).toBeLessThan(5e-3);
  });
});

test("gradients far out are 0, not NaN", async () => {
  const far = float32([-200, 200, -1e4, 1e4], [2, 2]);
  expect(await gradientOf((x) => x.sigmoid(), far)).toEqual([0, 0, 0, 0]);
  expect(await gradientOf((x) => x.tanh(), far)).toEqual([0, 0, 0, 0]);
  const slopes = await gradientOf((x) => x.gelu(), far);
  for (const [i, slope] of [0, 1, 0, 1].entries()) expect(slopes[i]).toBeCloseTo(slope, 6);
});
