import { expect, test } from "vitest";
import { bytesOf, peakBytes } from "./memory.js";
import type { ElementType, ModelMessage, NodeMessage, ValueMessage } from "./onnx-model.js";

/** Values of 1 byte times their size, to count by hand. */
const value = (name: string, size: number, dtype: ElementType = "bool"): ValueMessage => ({
  name,
  shape: [size],
  dtype,
});
const node = (operator: string, inputs: string[], outputs: string[]): NodeMessage => ({
  operator,
  domain: "",
  inputs,
  outputs,
  attributes: {},
});

function peak(
  sizes: Record<string, number>,
  nodes: NodeMessage[],
  outputs: string[],
  constants: string[] = [],
): number {
  const values = new Map(Object.entries(sizes).map(([name, size]) => [name, value(name, size)] as const));
  const model: ModelMessage = {
    nodes,
    inputs: [values.get("x")!],
    outputs: outputs.map((name) => values.get(name)!),
    initializers: constants.map((name) => ({ ...values.get(name)!, bytes: new Uint8Array() })),
  };
  return peakBytes(model, values);
}

test("a value is freed after its last reader", () => {
  const chain = [node("Exp", ["x"], ["a"]), node("Exp", ["a"], ["b"]), node("Exp", ["b"], ["c"])];
  // x a | x a b | x b c
  expect(peak({ x: 1, a: 10, b: 100, c: 1000 }, chain, ["c"])).toBe(1 + 100 + 1000);
  expect(peak({ x: 1, a: 1000, b: 100, c: 10 }, chain, ["c"])).toBe(1 + 1000 + 100);
});

test("a value that is read later stays, and so do outputs and inputs", () => {
  const nodes = [node("Exp", ["x"], ["a"]), node("Exp", ["a"], ["b"]), node("Add", ["b", "a"], ["c"])];
  expect(peak({ x: 1, a: 10, b: 100, c: 1000 }, nodes, ["c"])).toBe(1 + 10 + 100 + 1000);
  expect(peak({ x: 1, a: 10, b: 100, c: 1000 }, [nodes[0]!, nodes[1]!], ["a", "b"])).toBe(1 + 10 + 100);
});

test("reshapes own no memory, and keep what they show alive", () => {
  const nodes = [
    node("Exp", ["x"], ["a"]),
    node("Reshape", ["a", "shape"], ["b"]),
    node("Reshape", ["b", "shape"], ["c"]),
    node("Exp", ["x"], ["d"]),
    node("Add", ["c", "d"], ["e"]),
  ];
  const sizes = { x: 1, a: 10, b: 10, c: 10, d: 100, e: 1000, shape: 10_000 };
  expect(peak(sizes, nodes, ["e"], ["shape"])).toBe(1 + 10 + 100 + 1000);
});

test("results nobody reads are gone after their node", () => {
  const nodes = [node("Split", ["x"], ["a", "b"]), node("Exp", ["a"], ["c"]), node("Exp", ["c"], ["d"])];
  // x a b | x a c | x c d
  expect(peak({ x: 1, a: 10, b: 100, c: 1000, d: 10_000 }, nodes, ["d"])).toBe(1 + 1000 + 10_000);
});

test("a missing optional input is no value", () => {
  expect(peak({ x: 1, a: 10 }, [node("Clip", ["x", "", ""], ["a"])], ["a"])).toBe(11);
});

test("bytes by type", () => {
  const types: ElementType[] = ["float32", "int32", "int64", "bool"];
  expect(types.map((dtype) => bytesOf(value("v", 3, dtype)))).toEqual([12, 12, 24, 3]);
  expect(bytesOf({ shape: [], dtype: "float32" })).toBe(4);
});
