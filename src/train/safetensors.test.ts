import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { float32, type HostArray, int32 } from "../compute/index.js";
import { decodeSafetensors, encodeSafetensors, type TensorFile } from "./safetensors.js";

function bytesOf(file: TensorFile): Buffer {
  return Buffer.concat(encodeSafetensors(file));
}

const example: TensorFile = {
  tensors: new Map<string, HostArray>([
    ["a/weight", float32([1, -2, 0.5, 3.25, 0, -0], [2, 3])],
    ["a/count", int32([7, -1], [2])],
    ["scalar", float32([42], [])],
    ["empty", float32([], [0, 4])],
  ]),
  metadata: { step: "3", note: "ünïcode" },
};

test("a file is a length, a JSON header and the numbers, little-endian, as the format says", () => {
  const file = bytesOf({ tensors: new Map([["w", float32([1], [1])]]), metadata: { step: "3" } });
  const headerLength = file.readUInt32LE(0);
  expect(file.readUInt32LE(4)).toBe(0);
  expect(headerLength % 8).toBe(0);
  expect(JSON.parse(file.toString("utf8", 8, 8 + headerLength))).toEqual({
    __metadata__: { step: "3" },
    w: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
  });
  expect(file.subarray(8 + headerLength)).toEqual(Buffer.from([0, 0, 0x80, 0x3f]));
});

describe("what is read is what was written", () => {
  test("names, types, shapes, numbers and metadata", () => {
    expect(decodeSafetensors(bytesOf(example), "x")).toEqual(example);
  });

  test("from a Buffer that begins anywhere in its memory", () => {
    const bytes = bytesOf(example);
    for (const offset of [0, 1, 3, 8]) {
      const pool = Buffer.alloc(bytes.length + 16, 0xff);
      bytes.copy(pool, offset);
      expect(decodeSafetensors(pool.subarray(offset, offset + bytes.length), "x")).toEqual(example);
    }
  });

  test("from arrays that are part of larger memory", () => {
    const part = new Float32Array([9, 9, 1, 2, 9]).subarray(2, 4);
    const { tensors } = decodeSafetensors(
      bytesOf({ tensors: new Map([["part", float32(part, [2])]]), metadata: {} }),
      "x",
    );
    expect(tensors.get("part")!.data).toEqual(new Float32Array([1, 2]));
  });

  test("a tensor may have any name, even one that objects keep for themselves", () => {
    const tensors = new Map([["__proto__", float32([1, 2], [2])]]);
    expect(decodeSafetensors(bytesOf({ tensors, metadata: {} }), "x").tensors).toEqual(tensors);
  });

  test("any tensors, to the bit", () => {
    const tensor = fc.float32Array({ maxLength: 20 }).map((data) => float32(data, [data.length]));
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), tensor), (given) => {
        const tensors = new Map(Object.entries(given).filter(([name]) => name !== "__metadata__"));
        const read = decodeSafetensors(bytesOf({ tensors, metadata: {} }), "x").tensors;
        expect([...read.keys()].sort()).toEqual([...tensors.keys()].sort());
        for (const [name, { data }] of tensors) {
          expect(Buffer.from(read.get(name)!.data.buffer)).toEqual(
            Buffer.from(data.buffer, data.byteOffset, data.byteLength),
          );
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("a damaged file is refused, by name:", () => {
  const whole = bytesOf(example);

  test("cut short anywhere", () => {
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSafetensors(whole.subarray(0, length), "last.safetensors"), `${length} bytes`).toThrow(
        /readSafetensors: last\.safetensors is damaged: /,
      );
    }
  });

  test.each<[why: string, header: unknown]>([
    ["its header is no JSON object", "{not json"],
    ["its header is no JSON object", "null"],
    ["w has no dtype, shape and data_offsets", '{"w":{}}'],
    ["w has no dtype, shape and data_offsets", '{"w":{"dtype":"F32","shape":"2","data_offsets":[0,4]}}'],
    ["the data of w is cut off", '{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}'],
    ["the data of w is cut off", '{"w":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}'],
    ["w has the unknown type F64", '{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}'],
  ])("%s", (why, header) => {
    const text = Buffer.from(header as string);
    const length = Buffer.alloc(8);
    length.writeUInt32LE(text.length);
    const file = Buffer.concat([length, text, Buffer.alloc(8)]);
    expect(() => decodeSafetensors(file, "last.safetensors")).toThrow(`is damaged: ${why}`);
  });
});
