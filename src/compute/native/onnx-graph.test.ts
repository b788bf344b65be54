import { describe, expect, test } from "vitest";
import { OnnxGraph } from "./onnx-graph.js";

describe("what is equal is one value", () => {
  test("the same operation on the same values, with the same attributes", () => {
    const graph = new OnnxGraph();
    const x = graph.input([2], "float32");
    const y = graph.emit("Exp", [x], [2]);
    expect(graph.emit("Exp", [x], [2])).toBe(y);
    expect(graph.emit("Exp", [y], [2])).not.toBe(y);
    const cast = (to: number) => graph.emit("Cast", [x], [2], { attributes: { to } });
    expect(cast(1)).toBe(cast(1));
    expect(cast(1)).not.toBe(cast(6));
  });

  test("constants of equal content, large ones too; type and shape count", () => {
    const graph = new OnnxGraph();
    const index = () => Int32Array.from({ length: 5000 }, (_, i) => i * 3);
    const constant = graph.constant(index(), [5000], "int32");
    expect(graph.constant(index(), [5000], "int32")).toBe(constant);
    expect(graph.constant(index(), [50, 100], "int32")).not.toBe(constant);
    expect(graph.constant(index().fill(0, 4999), [5000], "int32")).not.toBe(constant);
    expect(graph.scalar(0, "float32")).not.toBe(graph.scalar(0, "int32"));
    expect(graph.scalar(0, "float32")).not.toBe(graph.scalar(-0, "float32"));
    expect(graph.integers([1, 2])).toBe(graph.integers([1, 2]));
  });

  test("copies are never shared", () => {
    const graph = new OnnxGraph();
    const x = graph.input([2], "float32");
    expect(graph.copy(x)).not.toBe(graph.copy(x));
    expect([graph.isComputed(x), graph.isComputed(graph.copy(x)), graph.isComputed(graph.scalar(1, "int32"))]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe("reshape", () => {
  test("twice is once, and back again is nothing", () => {
    const graph = new OnnxGraph();
    const x = graph.input([2, 3, 4], "float32");
    const flat = graph.reshape(x, [24]);
    const matrix = graph.reshape(flat, [6, 4]);
    expect(graph.reshape(matrix, [2, 3, 4])).toBe(x);
    expect(graph.reshape(matrix, [6, 4])).toBe(matrix);
    const nodes = graph.toModel([matrix]).nodes;
    expect(nodes.map(({ operator, inputs }) => [operator, inputs[0]])).toEqual([["Reshape", x.name]]);
  });

  test("another number of elements is a fault of the compiler, and says so", () => {
    const graph = new OnnxGraph();
    const reshape = () => graph.reshape(graph.input([2, 3], "float32"), [5]);
    expect(reshape).toThrow("internal: [2,3] cannot be viewed as [5]");
  });
});

test("the model has only what its outputs need, in order", () => {
  const graph = new OnnxGraph();
  const [x, unread] = [graph.input([2], "float32"), graph.input([3], "float32")];
  const a = graph.emit("Add", [x, graph.scalar(1, "float32")], [2]);
  graph.emit("Mul", [unread, graph.scalar(5, "float32")], [3]);
  const b = graph.emit("Exp", [a], [2]);
  const model = graph.toModel([b]);
  expect(model.nodes.map(({ operator }) => operator)).toEqual(["Add", "Exp"]);
  expect(model.initializers).toHaveLength(1);
  expect(model.outputs).toEqual([b]);
});
