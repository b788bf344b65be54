import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CacheWriter, DamagedCacheError, openCache, readCacheIndex } from "./cache-file.js";
import { useTemporaryFolder } from "./testing/pictures.js";

const folder = useTemporaryFolder();
const INDEX = { paths: ["ä", "b", "c"], skipped: [{ path: "x", reason: "why" }], warnings: [] };

/** Images of 2 x 2 pixels and 3 channels; byte k of image i is 12 i + k. */
function writeCache(numImages: number, path = folder.path("a.pixels")): string {
  const writer = new CacheWriter(path, 2, 3);
  for (let i = 0; i < numImages; i++) writer.append(Uint8Array.from({ length: 12 }, (_, k) => 12 * i + k));
  writer.finish(INDEX);
  writer.close();
  return path;
}

describe("a cache file", () => {
  test("gives back what was written", () => {
    const path = writeCache(3);
    const cache = openCache(path);
    expect([cache.numImages, cache.imageSize, cache.channels]).toEqual([3, 2, 3]);
    expect([...cache.readPixels([1])]).toEqual(Array.from({ length: 12 }, (_, k) => 12 + k));
    expect(readCacheIndex(path)).toEqual(INDEX);
    cache.close();
  });

  test("reads any rows in any order, neighbours and repeats included, directly or through a view", () => {
    const path = writeCache(20);
    const order = Uint32Array.from([19, 3, 4, 5, 0, 7]);
    const [whole, view] = [openCache(path), openCache({ cachePath: path, indices: order })];
    const expected = (rows: number[]) =>
      rows.flatMap((row) => Array.from({ length: 12 }, (_, k) => (12 * row + k) % 256));
    fc.assert(
      fc.property(fc.array(fc.nat(5)), (rows) => {
        expect([...whole.readPixels(rows)]).toEqual(expected(rows));
        expect([...view.readPixels(rows)]).toEqual(expected(rows.map((row) => order[row]!)));
      }),
    );
    whole.close();
    view.close();
  });

  test("reads into a given buffer and returns the part it used", () => {
    const cache = openCache(writeCache(3));
    const into = new Uint8Array(30).fill(255);
    const read = cache.readPixels([2, 0], into);
    expect(read.buffer).toBe(into.buffer);
    expect(read.length).toBe(24);
    expect([into[0], into[12], into[24]]).toEqual([24, 0, 255]);
    expect(() => cache.readPixels([0, 1, 2], into)).toThrow('"into" must be at least 36 bytes, got 30');
    cache.close();
  });

  test("refuses rows it does not have, and reading after close", () => {
    const cache = openCache(writeCache(3));
    for (const index of [3, -1, 0.5, Number.NaN]) expect(() => cache.readPixels([index])).toThrow('"indices"');
    expect(() => openCache({ cachePath: folder.path("a.pixels"), indices: Uint32Array.of(3) })).toThrow('"indices"');
    cache.close();
    cache.close();
    expect(() => cache.readPixels([0])).toThrow("already closed");
  });

  test("of more pixels than the machine has memory reads only what is asked", () => {
    const path = writeCache(3);
    const [imageSize, numImages] = [256, 500_000];
    const pixelBytes = numImages * imageSize * imageSize * 3;
    expect(pixelBytes).toBeGreaterThan(90e9);
    const bytes = readFileSync(path).subarray(0, 64);
    bytes.writeUInt32LE(numImages, 12);
    bytes.writeUInt32LE(imageSize, 16);
    bytes.writeDoubleLE(64 + pixelBytes, 24);
    bytes.writeDoubleLE(0, 32);
    writeFileSync(path, bytes);
    truncateSync(path, 64 + pixelBytes); // a hole: it takes no room on the disk
    const file = openSync(path, "r+");
    writeSync(file, Buffer.from([77]), 0, 1, 64 + (numImages - 1) * imageSize * imageSize * 3);
    closeSync(file);
    const cache = openCache(path);
    const memoryBefore = process.memoryUsage().rss;
    const into = new Uint8Array(imageSize * imageSize * 3);
    for (let i = 0; i < 200; i++) cache.readPixels([(i * 2_497) % numImages], into);
    expect(cache.readPixels([numImages - 1], into)[0]).toBe(77);
    expect(process.memoryUsage().rss - memoryBefore).toBeLessThan(50e6);
    cache.close();
  });

  test("opens in a worker thread by its location alone", async () => {
    const location = { cachePath: writeCache(3), indices: Uint32Array.of(2, 1) };
    const module = new URL("./cache-file.ts", import.meta.url).href;
    const code = `
      const { parentPort, workerData } = require("node:worker_threads");
      import("tsx/esm/api")
        .then(({ tsImport }) => tsImport(${JSON.stringify(module)}, ${JSON.stringify(module)}))
        .then(({ openCache }) => parentPort.postMessage(openCache(workerData).readPixels([0, 1])));`;
    const worker = new Worker(code, { eval: true, workerData: location });
    const pixels = await new Promise<Uint8Array>((resolve, reject) =>
      worker.on("message", resolve).on("error", reject),
    );
    await worker.terminate();
    expect([pixels[0], pixels[12]]).toEqual([24, 12]);
  });
});

describe("a file that is no whole cache is refused", () => {
  test("because it is gone", () => {
    expect(() => openCache(folder.path("none"))).toThrow(/is gone; was it deleted while in use\?/);
  });

  test("because it was cut off anywhere", () => {
    const whole = readFileSync(writeCache(3));
    for (let length = 0; length < whole.length; length += 7) {
      const path = folder.write("cut", whole.subarray(0, length));
      expect(() => openCache(path)).toThrow(DamagedCacheError);
    }
  });

  test("because its writer never finished", () => {
    const writer = new CacheWriter(folder.path("half"), 2, 3);
    writer.append(new Uint8Array(12));
    expect(() => openCache(folder.path("half"))).toThrow(DamagedCacheError);
    writer.close();
  });

  test("because it is something else or of another version", () => {
    expect(() => openCache(folder.write("text", "x".repeat(100)))).toThrow("not an image cache");
    const bytes = readFileSync(writeCache(3));
    bytes.writeUInt32LE(999, 8);
    expect(() => openCache(folder.write("later", bytes))).toThrow("not an image cache of version");
  });

  test("because it shrank while open", () => {
    const path = writeCache(3);
    const cache = openCache(path);
    truncateSync(path, 64 + 20);
    expect(() => cache.readPixels([2])).toThrow("ends early");
    cache.close();
  });
});

test("the writer takes only images of its size, and keeps those larger than its buffer", () => {
  const writer = new CacheWriter(folder.path("large"), 1500, 3);
  expect(() => writer.append(new Uint8Array(12))).toThrow('"pixels" must be 6750000 bytes');
  for (let i = 0; i < 3; i++) writer.append(new Uint8Array(6_750_000).fill(i + 1));
  writer.finish(INDEX);
  writer.close();
  const cache = openCache(folder.path("large"));
  expect([0, 1, 2].map((i) => cache.readPixels([i]).at(-1))).toEqual([1, 2, 3]);
  cache.close();
});
