import { describe, expect, test } from "vitest";
import { compile } from "./engine.js";
import { chooseEngine } from "./engines.js";
import { DarkmatterError, ShapeError, ValueError } from "./errors.js";
import { float32, int32 } from "./host-array.js";
import { float32Spec, int32Spec, isSpec, trace, valueAndGradient, zerosFor } from "./program.js";
import { runOnce } from "./run-once.js";
import { Tensor } from "./tensor.js";
import { maxGradientError, wavyArray } from "./testing/gradient-check.js";

describe("trace", () => {
  test("inputs and outputs are named by their paths, with shape and type", async () => {
    const specs = { weights: { w: float32Spec([2, 3]) }, index: int32Spec([4]) };
    const program = await trace(specs, ({ weights, index }) => ({
      rows: index.add(index),
      deep: { sums: { w: weights.w.sum(0) }, isLarge: weights.w.greater(1) },
    }));
    expect(program.inputs).toEqual([
      { name: "weights/w", shape: [2, 3], dtype: "float32" },
      { name: "index", shape: [4], dtype: "int32" },
    ]);
    expect(program.outputs).toEqual([
      { name: "rows", shape: [4], dtype: "int32" },
      { name: "deep/sums/w", shape: [3], dtype: "float32" },
      { name: "deep/isLarge", shape: [2, 3], dtype: "int32" }, // conditions leave as 0 and 1
    ]);
  });

  test("an error of the body passes through, and the next trace is not disturbed by it", async () => {
    await expect(trace({ x: float32Spec([2]) }, ({ x }) => ({ y: x.add(Tensor.full([3], 1)) }))).rejects.toThrow(
      ShapeError,
    );
    const { y } = await runOnce({ x: float32([1, 2], [2]) }, ({ x }) => ({ y: x.add(1) }));
    expect([...y.data]).toEqual([2, 3]);
  });

  test("an output that is no tensor is named", async () => {
    const tracing = trace({ x: float32Spec([2]) }, ({ x }) => ({ y: { z: x, n: 3 as never } }));
    await expect(tracing).rejects.toThrow(ValueError);
    await expect(tracing).rejects.toThrow('"y/n" must be a leaf or an object of leaves, got 3.');
  });

  test("constants: only those that are read are kept, with their values", async () => {
    const program = await trace({ x: float32Spec([3]) }, ({ x }) => {
      Tensor.constant(float32([7, 8, 9], [3]));
      return {
        y: x.mul(Tensor.constant(float32([1, 2, 3], [3]))).add(Tensor.constant(int32([1], [1])).astype("float32")),
      };
    });
    const kept = program.constants.filter((constant) => constant !== undefined);
    expect(kept.map(({ dtype, shape, data }) => ({ dtype, shape, data: [...data] }))).toEqual([
      { dtype: "float32", shape: [3], data: [1, 2, 3] },
      { dtype: "int32", shape: [1], data: [1] },
    ]);
  });

  test("a constant made once serves several programs", async () => {
    await runOnce({ x: float32([1], [1]) }, ({ x }) => ({ y: x }));
    const factor = Tensor.constant(
      float32(
        Array.from({ length: 300 }, (_, i) => i),
        [300],
      ),
    );
    for (let i = 0; i < 3; i++) {
      const { y } = await runOnce({ x: float32([2], [1]) }, ({ x }) => ({ y: x.mul(factor) }));
      expect(y.data[299]).toBe(598);
    }
  });

  test("one program runs on several engines, again and again", async () => {
    const program = await trace({ x: float32Spec([2]) }, ({ x }) => ({ y: x.square() }));
    for (const name of ["native", "wasm", "native"]) {
      const executable = await compile(program, await chooseEngine(name));
      for (const value of [1, 2, 3]) {
        const { y } = await executable.run({ x: float32([value, -value], [2]) });
        expect([...y.data]).toEqual([value ** 2, value ** 2]);
      }
      await executable.dispose();
    }
  });
});

describe("valueAndGradient", () => {
  const specs = { p: { a: float32Spec([3]), b: { c: float32Spec([2, 3]) } }, x: float32Spec([3]) };
  const given = { p: { a: wavyArray([3], 1), b: { c: wavyArray([2, 3], 2) } }, x: wavyArray([3], 3) };

  test("gradients have the tree of the parameters; x is a constant to them", async () => {
    const { value, gradient, twice } = await runOnce(given, ({ p, x }) => {
      const { value, gradient, aux } = valueAndGradient(p, ({ a, b }) => ({
        value: a.mul(x).sum().add(b.c.square().sum().mul(0.5)),
        aux: { twice: a.mul(2) },
      }));
      return { value, gradient, twice: aux.twice };
    });
    expect([...gradient.a.data]).toEqual([...given.x.data]); // d/da Σ a·x = x
    expect([...gradient.b.c.data]).toEqual([...given.p.b.c.data]); // d/dc ½ Σ c² = c
    expect(twice.data[0]).toBeCloseTo(2 * given.p.a.data[0]!, 6);
    const expected = [...given.p.a.data].reduce((sum, a, i) => sum + a * given.x.data[i]!, 0);
    const squares = [...given.p.b.c.data].reduce((sum, c) => sum + c * c, 0);
    expect(value.data[0]).toBeCloseTo(expected + squares / 2, 5);
  });

  test("agrees with central differences through most kinds of operations", async () => {
    const inputs = { w: wavyArray([4, 5], 4), v: wavyArray([5, 3], 5), g: wavyArray([3], 6) };
    const error = await maxGradientError(inputs, ({ w, v, g }) =>
      w.matmul(v).mul(g).gelu().softmax(0).add(g.exp()).logSumExp([0, 1]).add(w.sigmoid().variance()),
    );
    expect(error).toBeLessThan(5e-3);
  });

  test("no gradient flows through auxiliary values, unread parameters have zeros", async () => {
    const { gradient } = await runOnce({ a: float32([2], [1]), b: float32([3], [1]) }, (p) => {
      const result = valueAndGradient(p, ({ a, b }) => ({ value: a.sum(), aux: { b: b.square() } }));
      return { gradient: result.gradient, b: result.aux.b };
    });
    expect([gradient.a.data[0], gradient.b.data[0]]).toEqual([1, 0]);
  });

  test("the value must be a scalar", async () => {
    const tracing = trace(specs, ({ p }) => valueAndGradient(p, ({ a }) => ({ value: a, aux: {} })));
    await expect(tracing).rejects.toThrow(DarkmatterError);
    await expect(tracing).rejects.toThrow("valueAndGradient: the value must be a scalar, got shape [3].");
  });
});

test("zerosFor makes zeros of each leaf's shape and type; specs are told from other objects", () => {
  expect(zerosFor({ a: float32Spec([2]), b: { c: int32Spec([]) } })).toEqual({
    a: { dtype: "float32", shape: [2], data: new Float32Array(2) },
    b: { c: { dtype: "int32", shape: [], data: new Int32Array(1) } },
  });
  expect([isSpec(float32Spec([])), isSpec({ shape: 3, dtype: "float32" }), isSpec(null), isSpec({})]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
