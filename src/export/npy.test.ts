import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decodeNpy, encodeNpy, type NpyArray, readNpy, writeNpy } from "./npy.js";

/** numpy.save of [[1, -2.5], [3, .1]] as float32, by NumPy 2.4.6. */
const FLOAT32_BY_NUMPY = Buffer.concat([
  Buffer.from("\x93NUMPY\x01\x00\x76\x00", "latin1"),
  Buffer.from("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }".padEnd(117), "latin1"),
  Buffer.from("0a0000803f000020c000004040cdcccc3d", "hex"),
]);

/** numpy.lib.format.write_array of [1.5] as float64 in version 2, by NumPy 2.4.6, its padding shortened to 12 spaces. */
const FLOAT64_VERSION_2 = Buffer.concat([
  Buffer.from("\x93NUMPY\x02\x00\x44\x00\x00\x00", "latin1"),
  Buffer.from("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }".padEnd(67), "latin1"),
  Buffer.from("0a000000000000f83f", "hex"),
]);

const headed = (dict: string, data = new Uint8Array(64)): Uint8Array => {
  const start = Buffer.from("\x93NUMPY\x01\x00\x00\x00", "latin1");
  start.writeUInt16LE(dict.length, 8);
  return Buffer.concat([start, Buffer.from(dict), data]);
};

describe("what NumPy wrote", () => {
  test("reads as it was", () => {
    const array = decodeNpy(FLOAT32_BY_NUMPY, "z.npy");
    expect(array.shape).toEqual([2, 2]);
    expect(array.data).toEqual(Float32Array.of(1, -2.5, 3, 0.1));
  });

  test("version 2 and float64", () => {
    expect(decodeNpy(FLOAT64_VERSION_2, "z.npy")).toEqual({ shape: [1], data: Float64Array.of(1.5) });
  });

  test("is what we write, byte for byte", () => {
    const bytes = Buffer.concat(encodeNpy({ shape: [2, 2], data: Float32Array.of(1, -2.5, 3, 0.1) }));
    expect(bytes).toEqual(FLOAT32_BY_NUMPY);
  });

  test("entries in any order and with other quotes", () => {
    const dict = '{"shape": (2, 3), "fortran_order": False, "descr": "<f4"}';
    expect(decodeNpy(headed(dict), "z.npy").shape).toEqual([2, 3]);
  });
});

test("any array comes back to the bit, its data aligned for NumPy", () => {
  const shapes = fc.oneof(
    fc.tuple(fc.nat(6)),
    fc.tuple(fc.nat(6), fc.nat(6)),
    fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)),
  );
  fc.assert(
    fc.property(shapes, fc.boolean(), fc.integer(), (shape, isDouble, seed) => {
      const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(seed + i));
      const array: NpyArray = { shape, data: isDouble ? Float64Array.from(values) : Float32Array.from(values) };
      const parts = encodeNpy(array);
      expect(parts[0]!.length % 64).toBe(0);
      expect(decodeNpy(Buffer.concat([Uint8Array.of(7), ...parts]).subarray(1), "z.npy")).toEqual(array);
    }),
  );
});

describe("files", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "darkmatter-npy-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("are written and read", async () => {
    const path = join(folder, "z ä.npy");
    await writeNpy(path, { shape: [1, 2], data: Float32Array.of(4, 5) });
    expect(await readNpy(path)).toEqual({ shape: [1, 2], data: Float32Array.of(4, 5) });
  });

  test("that are missing or something else are named", async () => {
    await expect(readNpy(join(folder, "none.npy"))).rejects.toThrow(/a readable \.npy file.*ENOENT/);
    writeFileSync(join(folder, "z.npy"), "PNG");
    await expect(readNpy(join(folder, "z.npy"))).rejects.toThrow(/must be a \.npy file.*numpy\.save/);
  });
});

describe("what cannot be read says why, and how to convert it", () => {
  test.each([
    ["{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", /C order.*ascontiguousarray/],
    ["{'descr': '<i8', 'fortran_order': False, 'shape': (2, 2), }", /float32 or float64.*<i8.*astype/],
    ["{'descr': '>f4', 'fortran_order': False, 'shape': (2, 2), }", />f4/],
    ["{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,), }", /record type/],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99, 99), }",
      /z\.npy is damaged: its data ends after 64 of 39204/,
    ],
    ["{'descr': '<f4'}", /damaged: its header/],
  ])("%s", (dict, message) => {
    expect(() => decodeNpy(headed(dict), "z.npy")).toThrow(message);
  });

  test("a cut header, an unknown version, a shape of another size", () => {
    for (const end of [7, 9, 40]) expect(() => decodeNpy(FLOAT32_BY_NUMPY.subarray(0, end), "z.npy")).toThrow(/z\.npy/);
    const later = Uint8Array.from(FLOAT32_BY_NUMPY);
    later[6] = 9;
    expect(() => decodeNpy(later, "z.npy")).toThrow(/version 1, 2 or 3.*version 9/);
    expect(() => encodeNpy({ shape: [3], data: Float32Array.of(1) })).toThrow(/must have shape \[3\], got \[1\]/);
  });
});
