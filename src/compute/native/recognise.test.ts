import { describe, expect, test } from "vitest";
import { float32 } from "../host-array.js";
import { float32Spec, valueAndGradient } from "../program.js";
import type { Tensor } from "../tensor.js";
import { compiled, outputsOn, relativeDifference } from "../testing/compiled.js";

const standardised = (x: Tensor, epsilon = 1e-5): Tensor => {
  const centred = x.sub(x.mean(-1, { keepDims: true }));
  return centred.mul(centred.square().mean(-1, { keepDims: true }).add(epsilon).sqrt().reciprocal());
};
const wave = (shape: readonly number[]) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return float32(
    Float32Array.from({ length: size }, (_, i) => 3 * Math.sin(1.7 * i) + i / size),
    shape,
  );
};

async function compare(shape: readonly number[], body: (x: Tensor) => Tensor) {
  const step = await compiled({ x: float32Spec(shape) }, ({ x }) => ({ y: body(x) }));
  const [native, wasm] = [
    await outputsOn("native", step.program, [wave(shape)]),
    await outputsOn("wasm", step.program, [wave(shape)]),
  ];
  return { counts: step.counts, difference: relativeDifference(native[0]!, wasm[0]!) };
}

describe("one node for what is spelt out", () => {
  test.each<[string, (x: Tensor) => Tensor, Record<string, number>]>([
    ["sigmoid", (x) => x.sigmoid(), { Sigmoid: 1 }],
    ["tanh", (x) => x.tanh(), { Tanh: 1 }],
    ["softmax", (x) => x.softmax(-1), { Softmax: 1, Reshape: 1 }],
    ["standardise", (x) => standardised(x), { LayerNormalization: 1, Reshape: 1 }],
  ])("%s", async (_, body, expected) => {
    const { counts, difference } = await compare([3, 4, 5], body);
    expect(counts).toEqual(expected);
    expect(difference).toBeLessThan(2e-6);
  });

  test("rows that lie apart in memory are brought together", async () => {
    for (const body of [(x: Tensor) => x.softmax(-1), standardised]) {
      const { counts, difference } = await compare([3, 4, 5], (x) => body(x.transpose([2, 0, 1])).exp());
      expect(counts.Transpose).toBe(2); // before, and for the order the output must have
      expect(difference).toBeLessThan(2e-6);
    }
  });

  test("rows that repeat are computed once", async () => {
    const { difference } = await compare([2, 3], (x) => standardised(x.expandDims(1).broadcastTo([2, 4, 3])).mul(2));
    expect(difference).toBeLessThan(2e-6);
    const along = await compare([2, 1], (x) => x.broadcastTo([2, 4]).softmax(-1).add(x));
    expect(along.difference).toBeLessThan(2e-6);
  });

  test("the backward pass reads the deviation of the forward node", async () => {
    const step = await compiled({ x: float32Spec([6, 8]) }, ({ x }) => {
      const body = (p: { x: Tensor }) => ({ value: standardised(p.x).mul(x.exp()).sum(), aux: {} });
      const { value, gradient } = valueAndGradient({ x } as { x: Tensor }, body);
      return { value, g: gradient.x };
    });
    expect([step.counts.LayerNormalization, step.counts.Sqrt]).toEqual([1, 1]); // √ of the gradient of √ itself
  });
});

describe("what only looks like it is left alone", () => {
  const nodesOf = async (body: (x: Tensor) => Tensor) => (await compare([4, 6], body)).counts;
  test("softmax shifted by another maximum, or divided by another sum", async () => {
    expect((await nodesOf((x) => x.softmax(0))).Softmax).toBeUndefined();
    const shifted = (x: Tensor) => x.sub(x.max(-1, { keepDims: true })).exp();
    const others = await nodesOf((x) => shifted(x).mul(shifted(x.mul(2)).sum(-1, { keepDims: true }).reciprocal()));
    expect(others.Softmax).toBeUndefined();
    const noShift = await nodesOf((x) => x.exp().mul(x.exp().sum(-1, { keepDims: true }).reciprocal()));
    expect(noShift.Softmax).toBeUndefined();
  });
  test("a deviation that divides by n − 1, a mean over other axes", async () => {
    const unbiased = (x: Tensor) => {
      const centred = x.sub(x.mean(-1, { keepDims: true }));
      return centred.mul(x.variance(-1, { keepDims: true, correction: 1 }).add(1e-5).sqrt().reciprocal());
    };
    expect((await nodesOf(unbiased)).LayerNormalization).toBeUndefined();
    expect((await nodesOf((x) => standardised(x.transpose()).transpose())).LayerNormalization).toBe(1);
  });
  test("1 / (2 + e^−x), 2 σ(2x) − 2, 3 σ(2x) − 1", async () => {
    expect((await nodesOf((x) => x.neg().exp().add(2).reciprocal())).Sigmoid).toBeUndefined();
    const logistic = (x: Tensor) => x.mul(-2).exp().add(1).reciprocal();
    expect((await nodesOf((x) => logistic(x).mul(2).sub(2))).Tanh).toBeUndefined();
    expect((await nodesOf((x) => logistic(x).mul(3).sub(1))).Tanh).toBeUndefined();
  });
});
