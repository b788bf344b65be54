import { describe, expect, test } from "vitest";
import { float32, type HostArray, int32, sizeOf } from "../host-array.js";
import { np, type Tracer } from "../jax.js";
import { concat } from "../join.js";
import { float32Spec, valueAndGradient } from "../program.js";
import { runOnce } from "../run-once.js";
import { Tensor } from "../tensor.js";
import { compiled } from "../testing/compiled.js";

/** 0, 1, 2, ... */
const counting = (...shape: number[]): HostArray =>
  float32(
    Array.from({ length: sizeOf(shape) }, (_, i) => i),
    shape,
  );
const x = counting(2, 3);

async function evaluate(body: (x: Tensor) => Tensor, input = x): Promise<number[]> {
  return [...(await runOnce({ x: input }, ({ x }) => ({ y: body(x) }))).y.data];
}

describe("values, also of operands that do not lie row-major", () => {
  const turned = (body: (x: Tensor) => Tensor) => (x: Tensor) => body(x.transpose()); // [[0, 3], [1, 4], [2, 5]]
  test.each<[string, (x: Tensor) => Tensor, readonly number[]]>([
    ["slice", (x) => x.slice(1, 1, 3), [1, 2, 4, 5]],
    ["slice, turned", turned((x) => x.slice(0, 1, 3)), [1, 4, 2, 5]],
    ["slice of copies", (x) => x.expandDims(2).broadcastTo([2, 3, 2]).slice(1, 2, 3), [2, 2, 5, 5]],
    [
      "pad",
      (x) =>
        x.pad([
          [1, 0],
          [0, 1],
        ]),
      [0, 0, 0, 0, 0, 1, 2, 0, 3, 4, 5, 0],
    ],
    [
      "pad, turned",
      turned((x) =>
        x.pad([
          [0, 0],
          [1, 0],
        ]),
      ),
      [0, 0, 3, 0, 1, 4, 0, 2, 5],
    ],
    ["flip", (x) => x.flip([0, 1]), [5, 4, 3, 2, 1, 0]],
    ["flip, turned", turned((x) => x.flip(0)), [2, 5, 1, 4, 0, 3]],
    ["concat", (x) => concat([x, x.slice(1, 0, 1)], 1), [0, 1, 2, 0, 3, 4, 5, 3]],
    ["concat, turned alike", turned((x) => concat([x, x.neg()], 1)), [0, 3, -0, -3, 1, 4, -1, -4, 2, 5, -2, -5]],
    [
      "concat, turned unlike",
      (x) => concat([x.transpose(), x.reshape([3, 2])], 1),
      [0, 3, 0, 1, 1, 4, 2, 3, 2, 5, 4, 5],
    ],
    ["split", (x) => x.split(1, 3)[1]!, [1, 4]],
    ["split, turned", turned((x) => x.split(0, 3)[2]!), [2, 5]],
    ["takeRows", (x) => x.takeRows(Tensor.constant(int32([1, 0, 1], [3]))), [3, 4, 5, 0, 1, 2, 3, 4, 5]],
    ["takeRows, turned", turned((x) => x.takeRows(Tensor.constant(int32([2], [1])))), [2, 5]],
    ["sort", (x) => Tensor.fromTracer(np.sort(x.mul(-1).tracer) as Tracer), [-2, -1, -0, -5, -4, -3]],
  ])("%s", async (_, body, expected) => {
    expect((await evaluate(body)).map((value) => value + 0)).toEqual(expected.map((value) => value + 0));
  });

  test("whole numbers are moved as whole numbers", async () => {
    const { y } = await runOnce({ n: int32([1, 2, 3], [3]) }, ({ n }) => ({
      y: concat([n.flip(0), n.pad([[1, 0]]), n.takeRows(n.slice(0, 0, 1))], 0),
    }));
    expect(y).toMatchObject({ dtype: "int32", shape: [8] });
    expect([...y.data]).toEqual([3, 2, 1, 0, 1, 2, 3, 2]);
  });

  test("rows taken twice get both gradients, rows not taken none", async () => {
    const { gradient } = await runOnce({ x: counting(4, 2) }, (inputs) =>
      valueAndGradient(inputs, ({ x }) => {
        const taken = x.takeRows(Tensor.constant(int32([2, 0, 2], [3])));
        return { value: taken.mul(Tensor.constant(float32([1, 2, 3, 4, 5, 6], [3, 2]))).sum(), aux: {} };
      }),
    );
    expect([...gradient.x.data]).toEqual([3, 4, 0, 0, 1 + 5, 2 + 6, 0, 0]);
  });
});

test("no summand of a row that is taken very often gets lost", async () => {
  const [numTaken, numRows, width] = [20_000, 16, 64];
  const indices = int32(
    Int32Array.from({ length: numTaken }, (_, i) => (i * 7) % numRows),
    [numTaken],
  );
  const x = float32(new Float32Array(numRows * width), [numRows, width]);
  const { gradient } = await runOnce({ x, indices }, (given) =>
    valueAndGradient({ x: given.x }, ({ x }) => ({ value: x.takeRows(given.indices).sum(), aux: {} })),
  );
  expect(new Set(gradient.x.data)).toEqual(new Set([numTaken / numRows]));
});

describe("nothing is transposed for them", () => {
  test.each<[string, (x: Tensor) => Tensor]>([
    ["slice", (x) => x.slice(0, 1, 3)],
    [
      "pad",
      (x) =>
        x.pad([
          [1, 1],
          [0, 2],
          [0, 0],
        ]),
    ],
    ["flip", (x) => x.flip(1)],
    ["concat", (x) => concat([x, x.exp()], 2)],
    ["split", (x) => x.split(0, 2)[1]!],
  ])("%s of a transposed tensor, turned back", async (_, move) => {
    const { counts } = await compiled({ x: float32Spec([2, 3, 4]) }, ({ x }) => ({
      y: move(x.transpose([2, 0, 1])).transpose([1, 2, 0]),
    }));
    expect(counts).not.toHaveProperty("Transpose");
  });

  test("several parts of one split are one node", async () => {
    const { counts } = await compiled({ x: float32Spec([2, 6]) }, ({ x }) => {
      const [a, b, c] = x.split(1, 3) as [Tensor, Tensor, Tensor];
      return { y: a.mul(b).add(c) };
    });
    expect(counts.Split).toBe(1);
  });
});

test("gathers along several axes are refused with advice", async () => {
  const failing = compiled({ x: float32Spec([3, 4]) }, ({ x }) => {
    const diagonal = np.array([0, 1], { dtype: np.int32 });
    return { y: Tensor.fromTracer(x.tracer.slice(diagonal.ref, diagonal) as Tracer) };
  });
  await expect(failing).rejects.toThrow(/primitive "gather" has no ONNX translation.*use takeRows/);
});
