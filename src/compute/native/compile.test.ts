import { describe, expect, test } from "vitest";
import { DarkmatterError } from "../errors.js";
import { float32 } from "../host-array.js";
import { jax, np, type Tracer } from "../jax.js";
import { float32Spec, trace } from "../program.js";
import { Tensor } from "../tensor.js";
import { compiled, outputsOn } from "../testing/compiled.js";
import { compileGraph } from "./compile.js";
import { describeProgram } from "./describe.js";

const specs = { x: float32Spec([3, 3]), y: float32Spec([3, 3]) };
const wrap = (tracer: unknown) => Tensor.fromTracer(tracer as Tracer);

describe("a primitive without translation is named, with advice", () => {
  test.each<[string, (x: Tensor) => Tensor, string]>([
    ["erfc", (x) => wrap(jax.lax.erfc(x.tracer)), "Use 1 - erf(x)."],
    ["argsort", (x) => wrap(np.argsort(x.tracer)).astype("float32"), 'Name the engine: "wasm" runs it.'],
    ["cholesky", (x) => wrap(jax.lax.linalg.cholesky(x.tracer)), 'Name the engine: "wasm" runs it.'],
    [
      "random_bits",
      () => wrap(jax.random.uniform(jax.random.key(0), [3])),
      "Randomness is made on the host: pass it in as an input (keyFor).",
    ],
  ])("%s", async (primitive, body, advice) => {
    const compiling = compiled(specs, ({ x }) => ({ y: body(x) }));
    await expect(compiling).rejects.toThrow(DarkmatterError);
    await expect(compiling).rejects.toThrow(
      `native engine: the primitive "${primitive}" has no ONNX translation. ${advice}`,
    );
  });
});

describe("inputs and outputs", () => {
  test("an input nothing reads is no input of the graph", async () => {
    const { graph } = await compiled(specs, ({ y }) => ({ z: y.exp() }));
    expect(graph.inputs.map((input) => input !== undefined)).toEqual([false, true]);
    expect(graph.model.inputs).toHaveLength(1);
  });

  test("outputs that are an input, a constant, a number, a view, or the same twice", async () => {
    const { program } = await compiled({ x: float32Spec([2, 2]) }, ({ x }) => ({
      input: x,
      again: x,
      constant: Tensor.constant(float32([7, 8], [2])),
      number: Tensor.full([2], 3),
      turned: x.transpose(),
      grown: x.slice(0, 0, 1).broadcastTo([3, 2]),
      once: x.add(1),
      twice: x.add(1),
      isLarge: x.greater(2),
    }));
    const outputs = await outputsOn("native", program, [float32([1, 2, 3, 4], [2, 2])]);
    expect(outputs.map(({ data }) => [...data])).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [7, 8],
      [3, 3],
      [1, 3, 2, 4],
      [1, 2, 1, 2, 1, 2],
      [2, 3, 4, 5],
      [2, 3, 4, 5],
      [0, 0, 1, 1],
    ]);
  });

  test("comparisons, conditions and types", async () => {
    const { program } = await compiled(specs, ({ x, y }) => ({
      less: x.less(y),
      equal: x.equal(y),
      notEqual: wrap(np.notEqual(x.tracer, y.tracer)),
      atMost: wrap(np.lessEqual(x.tracer, y.tracer)),
      chosen: x.less(y).select(x, y),
      whole: x.mul(1.5).astype("int32"),
    }));
    const x = float32([1, 2, 3, 4, 5, 6, -1, -2, -3], [3, 3]);
    const y = float32([3, 2, 1, 4, 4, 7, 0, -2, -4], [3, 3]);
    const outputs = await outputsOn("native", program, [x, y]);
    expect(outputs.map(({ data }) => [...data].join(" "))).toEqual([
      "1 0 0 0 0 1 1 0 0",
      "0 1 0 1 0 0 0 1 0",
      "1 0 1 0 1 1 1 0 1",
      "1 1 0 1 0 1 1 1 0",
      "1 2 1 4 4 6 -1 -2 -4",
      "1 3 4 6 7 9 -1 -3 -4",
    ]);
  });

  test("nodes run in the order they were traced, which keeps values short-lived", async () => {
    const { graph } = await compiled({ x: float32Spec([9]) }, ({ x }) => {
      const a = x.exp();
      const [b, c] = [a.sin(), a.cos()];
      return { z: c.mul(b).sqrt() };
    });
    expect(graph.model.nodes.map(({ operator }) => operator)).toEqual(["Exp", "Sin", "Cos", "Mul", "Sqrt"]);
  });

  test("programs deeper than JavaScript's stack compile", async () => {
    const { graph } = await compiled({ x: float32Spec([1]) }, ({ x }) => {
      let deep = x;
      for (let i = 0; i < 6000; i++) deep = deep.sin();
      return { deep };
    });
    expect(graph.model.nodes.filter(({ operator }) => operator === "Sin")).toHaveLength(6000);
  });

  test("the same program compiles to the same model", async () => {
    const program = await trace(specs, ({ x, y }) => ({ z: x.matmul(y).softmax() }));
    const models = [0, 1].map(() => compileGraph(program.jaxpr, program.constants).model);
    expect(models[0]).toEqual(models[1]);
  });
});

describe("describeProgram", () => {
  test("counts nodes, peak and constants, and lists the largest values", async () => {
    const program = await trace({ x: float32Spec([100, 20]), w: float32Spec([20, 50]) }, ({ x, w }) => ({
      y: x
        .matmul(w)
        .mul(Tensor.constant(float32(new Float32Array(50).fill(2), [50])))
        .exp(),
    }));
    const kilobytes = ((100 * 20 + 20 * 50 + 100 * 50 + 100 * 50) * 4) / 1000; // x, w, and two of [100, 50]
    expect(describeProgram(program).split("\n").slice(6).join("\n")).toBe(
      [
        "3 nodes, 2 inputs, 1 outputs",
        `peak ${kilobytes.toFixed(2)} kB, constants 200 B`,
        "operators: Exp 1, Gemm 1, Mul 1",
        "largest values:",
        "   20.00 kB  Gemm float32 [100, 50]",
        "   20.00 kB  Mul float32 [100, 50]",
        "   20.00 kB  Exp float32 [100, 50]",
      ].join("\n"),
    );
  });

  test("tells what each pass makes of it, and lists one pass", async () => {
    const program = await trace({ x: float32Spec([8, 4]), w: float32Spec([4, 2]) }, ({ x, w }) => ({
      y: x.matmul(w).neg().sigmoid(),
    }));
    const text = describeProgram(program, { listing: "recognise" });
    const [trace_, simplify_, recognise_, lower_] = text.split("\n").map((line) => line.split(/ +/));
    expect([trace_![0], simplify_![0], recognise_![0], lower_![0]]).toEqual([
      "trace",
      "simplify",
      "recognise",
      "lower",
    ]);
    // Gemm reads x and w and writes 8 x 2; Sigmoid reads and writes that
    expect(lower_!.slice(1, 5)).toEqual(["2", "operations", `${4 * (8 * 4 + 4 * 2 + 3 * 8 * 2)}`, "B"]);
    expect(Number(trace_![1])).toBeGreaterThan(Number(recognise_![1]));
    expect(text).toMatch(/after simplify:.*= exp\(.*after recognise:.*= sigmoid\(/s);
    expect(text.split("after recognise:")[1]).not.toContain("exp(");
    expect(() => describeProgram(program, { listing: "optimise" as never })).toThrow('unknown pass "optimise"');
  });

  test("ten values, largest first", async () => {
    const program = await trace({ x: float32Spec([64]) }, ({ x }) => {
      let y = x;
      for (let i = 0; i < 5; i++) y = y.exp().slice(0, 0, y.shape[0]! / 2);
      return { y, z: x.sin().cos() };
    });
    const lines = describeProgram(program).split("\n").slice(10);
    expect(lines).toHaveLength(10);
    const sizes = lines.map((line) => Number(/\[(\d+)\]/.exec(line)![1]));
    expect(sizes).toEqual([64, 64, 64, 32, 32, 16, 16, 8, 8, 4]);
  });
});
