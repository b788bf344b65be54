import { describe, expect, test } from "vitest";
import { float32, type HostArray } from "../host-array.js";
import { float32Spec } from "../program.js";
import type { Tensor } from "../tensor.js";
import { type Compiled, compiled, outputsOn } from "../testing/compiled.js";

type Inputs = { readonly x: Tensor; readonly w: Tensor; readonly b: Tensor };
const values = { x: float32([1, 2, 3, 4], [2, 2]), w: float32([1, 0, 2, 1, 1, 1], [2, 3]) };

function layer(bias: HostArray, body: (inputs: Inputs) => Record<string, Tensor>): Promise<Compiled> {
  const shapes = { x: values.x.shape, w: values.w.shape, b: bias.shape };
  const specs = { x: float32Spec(shapes.x), w: float32Spec(shapes.w), b: float32Spec(shapes.b) };
  return compiled(specs, body as never);
}
const run = async (step: Compiled, bias: HostArray) =>
  (await outputsOn("native", step.program, [values.x, values.w, bias])).map(({ data }) => [...data]);
const numFused = (step: Compiled) => step.nodes("Gemm").filter(({ inputs }) => inputs.length === 3).length;

describe("a row vector added to a product goes into the Gemm", () => {
  const bias = float32([10, 20, 30], [3]);
  test.each<[string, HostArray, (inputs: Inputs) => Tensor]>([
    ["on the right", bias, ({ x, w, b }) => x.matmul(w).add(b)],
    ["on the left", bias, ({ x, w, b }) => b.add(x.matmul(w))],
    ["as a matrix of one row", float32([10, 20, 30], [1, 3]), ({ x, w, b }) => x.matmul(w).add(b)],
  ])("%s", async (_, b, body) => {
    const step = await layer(b, (inputs) => ({ y: body(inputs) }));
    expect([numFused(step), step.counts.Add]).toEqual([1, undefined]);
    expect(await run(step, b)).toEqual([[13, 22, 34, 17, 24, 40]]);
  });

  test("computed after the product would have been: the Gemm waits for it", async () => {
    const step = await layer(bias, ({ x, w, b }) => {
      const product = x.matmul(w);
      return { y: product.add(b.mul(2).exp().log()) };
    });
    expect(numFused(step)).toBe(1);
    expect((await run(step, bias))[0]!.map(Math.round)).toEqual([23, 42, 64, 27, 44, 70]);
  });
});

describe("others stay apart", () => {
  test("a product that something else reads too", async () => {
    const bias = float32([10, 20, 30], [3]);
    const step = await layer(bias, ({ x, w, b }) => {
      const product = x.matmul(w);
      return { y: product.add(b), squares: product.square() };
    });
    expect(numFused(step)).toBe(0);
    expect(await run(step, bias)).toEqual([
      [13, 22, 34, 17, 24, 40],
      [9, 4, 16, 49, 16, 100],
    ]);
  });

  test("a product that is an output itself", async () => {
    const bias = float32([10, 20, 30], [3]);
    const step = await layer(bias, ({ x, w, b }) => {
      const product = x.matmul(w);
      return { product, y: product.add(b) };
    });
    expect(numFused(step)).toBe(0);
    expect(await run(step, bias)).toEqual([
      [3, 2, 4, 7, 4, 10],
      [13, 22, 34, 17, 24, 40],
    ]);
  });

  test.each<[string, HostArray]>([
    ["a column", float32([10, 20], [2, 1])],
    ["a whole matrix", float32([10, 20, 30, 10, 20, 30], [2, 3])],
    ["one number", float32([10], [])],
    ["a bias with more axes than the product", float32([10, 20, 30], [1, 1, 3])],
  ])("%s", async (_, bias) => {
    const step = await layer(bias, ({ x, w, b }) => ({ y: x.matmul(w).add(b) }));
    const product = [3, 2, 4, 7, 4, 10];
    const { data } = bias;
    const at = (i: number) => (data.length === 2 ? data[Math.floor(i / 3)]! : data[i % data.length]!);
    expect(await run(step, bias)).toEqual([product.map((value, i) => value + at(i))]);
  });
});
