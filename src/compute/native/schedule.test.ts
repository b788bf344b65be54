import { describe, expect, test } from "vitest";
import { float32 } from "../host-array.js";
import { float32Spec, valueAndGradient } from "../program.js";
import type { Tensor } from "../tensor.js";
import { compiled, outputsOn, relativeDifference } from "../testing/compiled.js";
import { peakBytes } from "./memory.js";
import type { ModelMessage, NodeMessage, ValueMessage } from "./onnx-model.js";
import { schedule } from "./schedule.js";

/** A model of float32 vectors from lines "c = Op a b"; sizes by name. */
function modelOf(lines: readonly string[], sizes: Readonly<Record<string, number>>, outputs: readonly string[]) {
  const values = new Map(
    Object.entries(sizes).map(([name, size]) => [name, { name, dtype: "float32" as const, shape: [size] }]),
  );
  const nodes = lines.map((line): NodeMessage => {
    const [output, , operator, ...inputs] = line.split(" ") as [string, string, string, ...string[]];
    return { operator, domain: "", inputs, outputs: [output], attributes: {} };
  });
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const inputs = [...values.values()].filter(({ name }) => !made.has(name));
  const model: ModelMessage = { nodes, initializers: [], inputs, outputs: outputs.map((name) => values.get(name)!) };
  return { model, values: values as ReadonlyMap<string, ValueMessage> };
}
const orderOf = ({ nodes }: ModelMessage) => nodes.map(({ outputs }) => outputs[0]).join(" ");

describe("what frees memory runs first", () => {
  test("a small result of large values does not wait for its turn", () => {
    // a and b are large; the sums at the end kept both alive while c was made
    const lines = ["a = Exp x", "b = Exp a", "c = Exp b", "d = Sum c", "sumA = Sum a", "sumB = Sum b"];
    const sizes = { x: 1, a: 100, b: 100, c: 100, d: 1, sumA: 1, sumB: 1 };
    const { model, values } = modelOf(lines, sizes, ["d", "sumA", "sumB"]);
    const better = schedule(model, values);
    expect(orderOf(better)).toBe("a sumA b sumB c d");
    expect([peakBytes(model, values), peakBytes(better, values)]).toEqual([4 * 302, 4 * 203]);
  });

  test("nothing runs before its inputs, and nothing is lost", () => {
    const lines = ["a = Exp x", "b = Exp x", "c = Add a b", "d = Reshape c", "e = Sum d", "f = Mul d e"];
    const { model, values } = modelOf(lines, { x: 9, a: 9, b: 9, c: 9, d: 9, e: 1, f: 9 }, ["f"]);
    const { nodes } = schedule(model, values);
    const known = new Set(["x"]);
    for (const node of nodes) {
      expect(node.inputs.filter((name) => !known.has(name))).toEqual([]);
      for (const name of node.outputs) known.add(name);
    }
    expect(nodes).toHaveLength(6);
  });

  test("an order that gains nothing stays as it was", () => {
    const { model, values } = modelOf(["a = Exp x", "b = Exp a"], { x: 4, a: 4, b: 4 }, ["b"]);
    expect(schedule(model, values)).toBe(model);
  });
});

test("memory of a deep chain grows by what each layer must keep, not by its weight gradient's operands", async () => {
  const [rows, width] = [256, 64];
  const stepOf = (depth: number) =>
    compiled({ x: float32Spec([rows, width]), weights: float32Spec([depth, width, width]) }, ({ x, weights }) => {
      const { gradient } = valueAndGradient({ weights } as { weights: Tensor }, (p) => {
        let y = x as Tensor;
        for (const weight of p.weights.split(0, depth)) y = y.matmul(weight.squeeze(0)).relu();
        return { value: y.sum(), aux: {} };
      });
      return { g: gradient.weights };
    });
  const [four, eight] = [await stepOf(4), await stepOf(8)];
  const peak = ({ graph }: typeof four) => peakBytes(graph.model, graph.values);
  const activation = 4 * rows * width;
  const parameters = 3 * 4 * width * width; // weight, gradient, and gradients being joined
  expect((peak(eight) - peak(four)) / 4).toBeLessThan(2.1 * activation + parameters);
  const inputs = [rows * width, 8 * width * width].map((size, i) =>
    float32(
      Float32Array.from({ length: size }, (_, j) => Math.sin(j + i) / 8),
      i === 0 ? [rows, width] : [8, width, width],
    ),
  );
  const [native, wasm] = [
    await outputsOn("native", eight.program, inputs),
    await outputsOn("wasm", eight.program, inputs),
  ];
  expect(relativeDifference(native[0]!, wasm[0]!)).toBeLessThan(1e-4);
});
