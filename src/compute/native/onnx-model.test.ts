import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { encodeModel, type ModelMessage } from "./onnx-model.js";

/** Fields of a protobuf message: numbers for varints, bytes for the rest. Written from the wire format's definition. */
type Fields = Map<number, (bigint | Uint8Array)[]>;

function decode(bytes: Uint8Array): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(bytes[at++]!);
      value |= (byte & 127n) << shift;
      if (byte < 128n) return value;
    }
  };
  const take = (length: number): Uint8Array => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const [field, wireType] = [Number(tag >> 3n), Number(tag & 7n)];
    const read: Record<number, () => bigint | Uint8Array> = {
      0: varint,
      2: () => take(Number(varint())),
      5: () => take(4),
    };
    fields.set(field, [...(fields.get(field) ?? []), read[wireType]!()]);
  }
  return fields;
}

const message = (fields: Fields, field: number, i = 0): Fields => decode(fields.get(field)![i] as Uint8Array);
const texts = (fields: Fields, field: number) =>
  (fields.get(field) ?? []).map((bytes) => new TextDecoder().decode(bytes as Uint8Array));
const integers = (fields: Fields, field: number) =>
  (fields.get(field) ?? []).map((value) => BigInt.asIntN(64, value as bigint));

const model: ModelMessage = {
  nodes: [
    {
      operator: "FusedMatMul",
      domain: "com.microsoft",
      inputs: ["x", "größe"],
      outputs: ["y"],
      attributes: { transA: 1, alpha: { float: 0.5 }, perm: [1, 0, -1], mode: "edge" },
    },
  ],
  initializers: [{ name: "größe", dtype: "int64", shape: [300, 1], bytes: new Uint8Array(2400).fill(7) }],
  inputs: [{ name: "x", dtype: "float32", shape: [2, 3] }],
  outputs: [{ name: "y", dtype: "bool", shape: [] }],
};

describe("bytes, read by the definition of the format", () => {
  const decoded = decode(encodeModel(model));
  const graph = message(decoded, 7);

  test("the model: IR version 9, ONNX operators 20, Microsoft's 1", () => {
    expect(integers(decoded, 1)).toEqual([9n]);
    const sets = decoded.get(8)!.map((_, i) => message(decoded, 8, i));
    expect(sets.map((set) => [texts(set, 1)[0], integers(set, 2)[0]])).toEqual([
      ["", 20n],
      ["com.microsoft", 1n],
    ]);
  });

  test("a node, with attributes of every kind", () => {
    const node = message(graph, 1);
    expect([texts(node, 1), texts(node, 2), texts(node, 4), texts(node, 7)]).toEqual([
      ["x", "größe"],
      ["y"],
      ["FusedMatMul"],
      ["com.microsoft"],
    ]);
    const attributes = new Map(node.get(5)!.map((_, i) => [texts(message(node, 5, i), 1)[0]!, message(node, 5, i)]));
    const kinds = [...attributes].map(([name, fields]) => [name, Number(integers(fields, 20)[0])]);
    expect(kinds).toEqual([
      ["transA", 2],
      ["alpha", 1],
      ["perm", 7],
      ["mode", 3],
    ]);
    expect(integers(attributes.get("transA")!, 3)).toEqual([1n]);
    expect(integers(attributes.get("perm")!, 8)).toEqual([1n, 0n, -1n]);
    expect(texts(attributes.get("mode")!, 4)).toEqual(["edge"]);
    expect([...(attributes.get("alpha")!.get(2)![0] as Uint8Array)]).toEqual([0, 0, 0, 63]); // 0.5 is 0x3f000000
  });

  test("a constant: sizes, type, name, raw data", () => {
    const tensor = message(graph, 5);
    expect([integers(tensor, 1), integers(tensor, 2), texts(tensor, 8)]).toEqual([[300n, 1n], [7n], ["größe"]]);
    expect(tensor.get(9)![0]).toEqual(new Uint8Array(2400).fill(7));
  });

  test("inputs and outputs: element type and shape, also of a scalar", () => {
    const describeValue = (value: Fields) => {
      const tensorType = message(message(value, 2), 1);
      const shape = message(tensorType, 2);
      const sizes = (shape.get(1) ?? []).map((_, i) => integers(message(shape, 1, i), 1)[0]);
      return [texts(value, 1)[0], integers(tensorType, 1)[0], sizes];
    };
    expect(describeValue(message(graph, 11))).toEqual(["x", 1n, [2n, 3n]]);
    expect(describeValue(message(graph, 12))).toEqual(["y", 9n, []]);
  });
});

test("ONNX Runtime reads it: negative numbers, floats, lists and constants arrive", async () => {
  const sliced: ModelMessage = {
    nodes: [
      { operator: "Slice", domain: "", inputs: ["x", "from", "to", "axis", "step"], outputs: ["s"], attributes: {} },
      { operator: "LeakyRelu", domain: "", inputs: ["s"], outputs: ["r"], attributes: { alpha: { float: 0.25 } } },
      { operator: "Transpose", domain: "", inputs: ["r"], outputs: ["y"], attributes: { perm: [1, 0] } },
    ],
    initializers: [
      ["from", -1n],
      ["to", -(2n ** 31n)],
      ["axis", 1n],
      ["step", -1n],
    ].map(([name, value]) => ({
      name: name as string,
      dtype: "int64" as const,
      shape: [1],
      bytes: new Uint8Array(BigInt64Array.of(value as bigint).buffer),
    })),
    inputs: [{ name: "x", dtype: "float32", shape: [2, 3] }],
    outputs: [{ name: "y", dtype: "float32", shape: [3, 2] }],
  };
  const session = await InferenceSession.create(encodeModel(sliced), { logSeverityLevel: 3 });
  const { y } = await session.run({ x: new OrtTensor("float32", Float32Array.of(1, -2, 3, -4, 5, -6), [2, 3]) });
  await session.release();
  expect([...(y!.data as Float32Array)]).toEqual([3, -1.5, -0.5, 5, 1, -1]);
});

test("constants beyond what ONNX can hold are named, with what to do", () => {
  const large = { length: 2 ** 31 } as Uint8Array; // only its length is looked at
  const initializers = [{ name: "c", dtype: "float32" as const, shape: [2 ** 29], bytes: large }];
  expect(() => encodeModel({ nodes: [], initializers, inputs: [], outputs: [] })).toThrow(
    /2\.1 GB of constants.*at most 2 GB.*shape \[536870912\].*as inputs/,
  );
});
