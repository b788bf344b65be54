import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Embeddings, writeEmbeddings } from "./index.js";
import { readNpy } from "./npy.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-embeddings-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const three: Embeddings = {
  paths: ["cats/1.jpg", "dogs/Grüße 2.png", 'odd "name".webp'],
  dim: 2,
  features: Float32Array.of(1, 0.1, -3.25, 1e-7, 16777216, 1 / 3),
};
const rows = three.paths.map((path, i) => ({ path, embedding: Array.from(three.features.subarray(2 * i, 2 * i + 2)) }));

async function readParquet(path: string): Promise<Record<string, unknown>[]> {
  const bytes = readFileSync(path);
  return parquetReadObjects({
    file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
  });
}

describe("parquet", () => {
  test("a table of path and embedding", async () => {
    const path = join(folder, "e.parquet");
    expect(await writeEmbeddings(path, three)).toEqual([path]);
    expect(await readParquet(path)).toEqual(rows);
  });

  test("the embedding is a standard list of float32", async () => {
    await writeEmbeddings(join(folder, "e.parquet"), three);
    const bytes = readFileSync(join(folder, "e.parquet"));
    const { schema } = parquetMetadata(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
    );
    const facts = schema.map(({ name, type, converted_type }) => [name, type ?? converted_type]);
    expect(facts).toEqual([
      ["root", undefined],
      ["path", "BYTE_ARRAY"],
      ["embedding", "LIST"],
      ["list", undefined],
      ["element", "FLOAT"],
    ]);
  });

  test("more rows than one group", async () => {
    const numImages = 20_000;
    const many: Embeddings = {
      paths: Array.from({ length: numImages }, (_, i) => `${i}.png`),
      dim: 3,
      features: Float32Array.from({ length: 3 * numImages }, (_, i) => i),
    };
    await writeEmbeddings(join(folder, "many.parquet"), many);
    const read = await readParquet(join(folder, "many.parquet"));
    expect(read).toHaveLength(numImages);
    for (const i of [0, 8191, 8192, numImages - 1]) {
      expect(read[i]).toEqual({ path: `${i}.png`, embedding: [3 * i, 3 * i + 1, 3 * i + 2] });
    }
  });
});

test("npy: a matrix, and the paths of its rows beside it", async () => {
  const path = join(folder, "deep", "er", "e.npy");
  const beside = join(folder, "deep", "er", "e.paths.txt");
  expect(await writeEmbeddings(path, three)).toEqual([path, beside]);
  expect(await readNpy(path)).toEqual({ shape: [3, 2], data: three.features });
  expect(readFileSync(beside, "utf8")).toBe(`${three.paths.join("\n")}\n`);
});

test("jsonl: one line an image, float32 to the bit in few digits", async () => {
  await writeEmbeddings(join(folder, "e.jsonl"), three);
  const lines = readFileSync(join(folder, "e.jsonl"), "utf8").trimEnd().split("\n");
  expect(lines[0]).toBe('{"path":"cats/1.jpg","embedding":[1,0.1]}');
  const read = lines.map((line) => JSON.parse(line));
  expect(read.map(({ path }) => path)).toEqual(three.paths);
  expect(Float32Array.from(read.flatMap(({ embedding }) => embedding))).toEqual(three.features);
});

describe("refused, with what was there before intact", () => {
  const refused = async (name: string, embeddings: Embeddings, message: RegExp): Promise<void> => {
    writeFileSync(join(folder, name), "before");
    await expect(writeEmbeddings(join(folder, name), embeddings)).rejects.toThrow(message);
    expect(readFileSync(join(folder, name), "utf8")).toBe("before");
    expect(readdirSync(folder)).toEqual([name]);
    rmSync(join(folder, name));
  };

  test("an unknown extension, or none", async () => {
    await refused(
      "e.parqet",
      three,
      /unknown file format "parqet"\. Did you mean "parquet"\? Known: jsonl, npy, parquet/,
    );
    await refused("e", three, /ending in \.jsonl, \.npy, \.parquet/);
  });

  test("sizes that disagree, numbers that are none, a name of two lines in .npy", async () => {
    await refused("e.npy", { ...three, dim: 3 }, /"features" must have shape \[3, 3\], got \[6\]/);
    const features = Float32Array.from(three.features).fill(Number.NaN, 2, 3);
    await refused("e.jsonl", { ...three, features }, /embedding of dogs\/Grüße 2\.png holds NaN/);
    await refused("e.npy", { ...three, paths: ["a", "b\nc", "d"] }, /without line breaks.*\.parquet/);
  });
});
