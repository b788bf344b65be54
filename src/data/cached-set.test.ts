import { readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { CacheWriter } from "./cache-file.js";
import { type CacheOptions, cacheDirectory, chooseImageSize, openSource } from "./cached-set.js";
import { folderSource } from "./folder.js";
import type { ImageSource } from "./image-source.js";
import type { Progress } from "./progress.js";
import {
  bilevelPng,
  firstValues,
  grayImages,
  plain,
  pngOf,
  RED,
  sourceOfRaw,
  useTemporaryFolder,
} from "./testing/pictures.js";

const folder = useTemporaryFolder();
const cacheDir = () => folder.path("cache");
const open = (source: ImageSource, options: Partial<CacheOptions> = {}) =>
  openSource(source, { trainingSize: 8, cacheDir: cacheDir(), ...options });

/** Files below the cache folder, without the folders' hashes. */
const cacheFiles = () =>
  readdirSync(cacheDir(), { recursive: true, encoding: "utf8" }).filter((name) => /\.\w+$/.test(name));

/** Counts how often a source is read. */
function counting(source: ImageSource): ImageSource & { numLists: number } {
  return {
    ...source,
    numLists: 0,
    list() {
      this.numLists++;
      return source.list();
    },
  };
}

describe("opening a source", () => {
  test("decodes every image in its order, then never again", async () => {
    const source = counting(
      sourceOfRaw(grayImages(300), { classNames: Array.from({ length: 300 }, (_, i) => `${i % 3}`) }),
    );
    const first = await open(source);
    expect([first.numImages, first.imageSize, first.channels]).toEqual([300, 8, 1]);
    const indices = [...Array(300).keys()];
    expect(firstValues(first, indices)).toEqual(indices.map((i) => i % 256));
    const second = await open(source);
    expect(source.numLists).toBe(1);
    expect(second.paths).toEqual(first.paths);
    expect(second.labels).toEqual(first.labels);
    expect(firstValues(second, [299, 0])).toEqual([43, 0]);
    first.close();
    second.close();
  });

  test("reports progress up to the end, and none when nothing is to do", async () => {
    const reports: Progress[] = [];
    const options = { onProgress: (progress: Progress) => reports.push(progress) };
    (await open(sourceOfRaw(grayImages(50)), options)).close();
    expect(reports.at(-1)).toMatchObject({ stage: "decoding", done: 50, total: 50, secondsLeft: 0 });
    expect(reports.every(({ perSecond }) => perSecond > 0 && Number.isFinite(perSecond))).toBe(true);
    expect(reports.map(({ done }) => done)).toEqual(reports.map(({ done }) => done).sort((a, b) => a - b));
    const numReports = reports.length;
    (await open(sourceOfRaw(grayImages(50)), options)).close();
    expect(reports).toHaveLength(numReports);
  });

  test("keeps another cache for another size, fingerprint or number of channels", async () => {
    const images = grayImages(3, 40);
    for (const options of [{ trainingSize: 8 }, { trainingSize: 16 }, { channels: 3 }, { imageSize: 12 }] as const) {
      (await open(sourceOfRaw(images), options)).close();
    }
    (await open(sourceOfRaw(images, { fingerprint: "f".repeat(16) }))).close();
    expect(cacheFiles().filter((name) => name.endsWith(".pixels"))).toHaveLength(5);
  });

  test("keeps twice the training size, but not more than half the images have", async () => {
    expect([16, 32, 40, 64, 500].map((median) => chooseImageSize(median, 32))).toEqual([16, 32, 40, 64, 64]);
    const images = [...grayImages(3, 20), ...grayImages(2, 100)];
    const set = await open(sourceOfRaw(images), { trainingSize: 16 });
    expect(set.imageSize).toBe(20);
    set.close();
  });
});

describe("channels", () => {
  const coloured = (count: number, isColoured: (i: number) => boolean) =>
    Array.from({ length: count }, (_, i) => ({
      data: Uint8Array.from({ length: 192 }, (_, k) => (isColoured(i) && k % 3 === 0 ? 200 : 50)),
      width: 8,
      height: 8,
      channels: 3 as const,
    }));

  test("are three when there is colour", async () => {
    const set = await open(sourceOfRaw(coloured(5, (i) => i === 0)));
    expect(set.channels).toBe(3);
    set.close();
  });

  test("are three when only an image outside the sample has colour", async () => {
    const images = coloured(201, (i) => i === 101);
    const listing = await sourceOfRaw(images).list();
    const source = { ...sourceOfRaw(images), list: async () => ({ ...listing, sample: listing.sample.slice(0, 50) }) };
    const set = await open(source);
    expect([set.channels, set.numImages]).toEqual([3, 201]);
    expect(firstValues(set, [100, 101])).toEqual([50, 200]);
    set.close();
    const counted = counting(source);
    (await open(counted)).close();
    expect(counted.numLists).toBe(0);
    expect(cacheFiles().some((name) => name.endsWith(".tmp"))).toBe(false);
  });

  test("are what is asked", async () => {
    const gray = await open(sourceOfRaw(coloured(3, () => true)), { channels: 1 });
    const colour = await open(sourceOfRaw(grayImages(3)), { channels: 3 });
    expect([gray.channels, colour.channels]).toEqual([1, 3]);
    expect(firstValues(gray, [0])).toEqual([Math.round(0.299 * 200 + 0.701 * 50)]);
    gray.close();
    colour.close();
  });
});

describe("a folder with unusable files", () => {
  test("loses only those, each with its reason", async () => {
    folder.write("in/a.png", await pngOf(RED));
    folder.write("in/b cut.png", (await pngOf(RED)).subarray(0, 40));
    folder.write("in/c tiny.png", await plain(1, 1, RED).png().toBuffer());
    folder.write("in/d huge.png", bilevelPng(20_000, 20_000));
    folder.write("in/e text.jpg", "text");
    folder.write("in/f empty.jpg", "");
    folder.write("in/g.jpg", await plain(30, 20, RED).jpeg().toBuffer());
    const set = await open(await folderSource(folder.path("in")));
    expect(set.paths).toEqual(["a.png", "g.jpg"]);
    expect(Object.fromEntries(set.skipped.map(({ path, reason }) => [path, reason]))).toEqual({
      "b cut.png": expect.stringMatching(/^cannot be decoded: /),
      "c tiny.png": "1 x 1 pixels, under 8 a side",
      "d huge.png": "20000 x 20000 pixels, over 100 million",
      "e text.jpg": expect.stringMatching(/^cannot be decoded: /),
      "f empty.jpg": expect.stringMatching(/^cannot be decoded: /),
    });
    expect(firstValues(set, [0, 1])).toEqual([255, 254]);
    set.close();
  });

  test("labels stay with their images when others are skipped", async () => {
    for (const [i, path] of ["cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png"].entries()) {
      folder.write(`in/${path}`, i === 1 ? "junk" : await pngOf(RED));
    }
    const set = await open(await folderSource(folder.path("in")));
    expect(set.paths.map((path, i) => [path.split("/")[0], set.labels!.classNames[set.labels!.classOf[i]!]])).toEqual([
      ["cat", "cat"],
      ["dog", "dog"],
      ["dog", "dog"],
    ]);
    set.close();
  });

  test("and a file deleted while it is decoded", async () => {
    for (let i = 0; i < 5; i++) folder.write(`in/${i}.png`, await pngOf(RED));
    const source = await folderSource(folder.path("in"));
    rmSync(folder.path("in/3.png"));
    const set = await open(source);
    expect(set.paths).toEqual(["0.png", "1.png", "2.png", "4.png"]);
    expect(set.skipped).toEqual([{ path: "3.png", reason: "no longer there" }]);
    set.close();
  });

  test("is an error when nothing is left, and leaves no file", async () => {
    folder.write("in/a.png", "junk");
    folder.write("in/b.png", await plain(1, 1, RED).png().toBuffer());
    const source = await folderSource(folder.path("in"));
    await expect(open(source)).rejects.toThrow(/at least one usable image, got "2 unusable".*b\.png \(1 x 1 pixels/);
    expect(cacheFiles().every((name) => name.endsWith("survey.json"))).toBe(true);
  });
});

describe("the cache", () => {
  const reopen = async () => {
    const set = await open(await folderSource(folder.path("in")));
    const values = firstValues(set, [...set.paths.keys()]);
    set.close();
    return values;
  };

  test("follows the folder: an image edited, added, removed", async () => {
    folder.write("in/a.png", await pngOf([10, 10, 10]));
    expect(await reopen()).toEqual([10]);
    folder.write("in/a.png", await pngOf([20, 20, 20]));
    utimesSync(folder.path("in/a.png"), 1, 1);
    expect(await reopen()).toEqual([20]);
    folder.write("in/b.png", await pngOf([30, 30, 30]));
    expect(await reopen()).toEqual([20, 30]);
    rmSync(folder.path("in/a.png"));
    expect(await reopen()).toEqual([30]);
  });

  test("is made again when damaged", async () => {
    folder.write("in/a.png", await pngOf([10, 10, 10]));
    await reopen();
    const pixels = cacheFiles().find((name) => name.endsWith(".pixels"))!;
    truncateSync(join(cacheDir(), pixels), 100);
    expect(await reopen()).toEqual([10]);
    const survey = cacheFiles().find((name) => name.endsWith(".json"))!;
    writeFileSync(join(cacheDir(), survey), "{ half");
    expect(await reopen()).toEqual([10]);
  });

  test("survives a build that fails half way", async () => {
    const images = grayImages(100);
    const source = sourceOfRaw(images);
    const failing: ImageSource = {
      ...source,
      list: async () => ({
        ...(await source.list()),
        async *images() {
          for (let i = 0; i < 60; i++) yield { path: `${i}`, load: async () => images[i]! };
          throw new Error("pulled the plug");
        },
      }),
    };
    await expect(open(failing)).rejects.toThrow("pulled the plug");
    const faulty = { ...(await source.list()) };
    faulty.images = async function* () {
      for (let i = 0; i < 100; i++) {
        yield {
          path: `${i}`,
          load: () => (i === 70 ? Promise.reject(new TypeError("our bug")) : Promise.resolve(images[i]!)),
        };
      }
    };
    await expect(open({ ...source, list: async () => faulty })).rejects.toThrow("our bug");
    expect(cacheFiles().filter((name) => !name.endsWith("survey.json"))).toEqual([]);
    const set = await open(source);
    expect(set.numImages).toBe(100);
    set.close();
  });

  test("is safe with several builders at once", async () => {
    const source = sourceOfRaw(grayImages(200));
    const sets = await Promise.all(Array.from({ length: 4 }, () => open(source)));
    for (const set of sets) {
      expect(firstValues(set, [7, 199])).toEqual([7, 199]);
      set.close();
    }
    expect(cacheFiles().filter((name) => !name.endsWith("survey.json"))).toHaveLength(1);
  });

  test("says when the source changed under it", async () => {
    const source = sourceOfRaw(grayImages(3));
    for (const paths of [
      ["0", "x", "2"],
      ["0", "1", "2", "3"],
      ["0", "1"],
    ]) {
      const listing = { ...(await source.list()), paths };
      await expect(open({ ...source, list: async () => listing })).rejects.toThrow("was changed while it was read");
    }
  });

  test("drops what nobody opened for a week and what killed builds left", async () => {
    (await open(sourceOfRaw(grayImages(3), { fingerprint: "a".repeat(16) }))).close();
    const [pixels] = cacheFiles().filter((name) => name.endsWith(".pixels"));
    const inFolder = (name: string) => join(cacheDir(), pixels!, "..", name);
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
    writeFileSync(inFolder("c.pixels.1.ab.tmp"), "");
    utimesSync(inFolder("c.pixels.1.ab.tmp"), daysAgo(1), daysAgo(1));
    writeFileSync(inFolder("d.pixels.2.cd.tmp"), "in use");
    (await open(sourceOfRaw(grayImages(4), { fingerprint: "b".repeat(16) }))).close();
    expect(cacheFiles().filter((name) => name.endsWith(".tmp"))).toHaveLength(1);
    expect(cacheFiles().filter((name) => name.endsWith(".pixels"))).toHaveLength(2);
    utimesSync(join(cacheDir(), pixels!), daysAgo(8), daysAgo(8));
    (await open(sourceOfRaw(grayImages(5), { fingerprint: "c".repeat(16) }))).close();
    const left = cacheFiles().filter((name) => name.endsWith(".pixels"));
    expect(left.map((name) => name.split("/").at(-1)![0]).sort()).toEqual(["b", "c"]);
  });

  test("on a full disk names the disk and leaves no file", async () => {
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const write = vi.spyOn(CacheWriter.prototype, "append").mockImplementation(() => {
      throw full;
    });
    await expect(open(sourceOfRaw(grayImages(3)))).rejects.toThrow(
      /the disk is full; the image cache .* needs about 1 MB/,
    );
    write.mockRestore();
    expect(cacheFiles().every((name) => name.endsWith("survey.json"))).toBe(true);
  });

  test("in a place that cannot be written is a clear error", async () => {
    const file = folder.write("file", "");
    await expect(open(sourceOfRaw(grayImages(3)), { cacheDir: file })).rejects.toThrow(
      /cannot be written \(ENOTDIR\).*DARKMATTER_CACHE/,
    );
  });

  test("lies where the environment says, or at home", () => {
    const before = process.env.DARKMATTER_CACHE;
    process.env.DARKMATTER_CACHE = "/elsewhere";
    expect(cacheDirectory()).toBe("/elsewhere");
    delete process.env.DARKMATTER_CACHE;
    expect(cacheDirectory()).toMatch(/[/\\]\.cache[/\\]darkmatter$/);
    if (before !== undefined) process.env.DARKMATTER_CACHE = before;
  });
});

test("duplicates are dropped where the source asks for it", async () => {
  const images = grayImages(6, 8, (i) => (i % 3) * 50);
  const source = { ...sourceOfRaw(images), duplicateGroupOf: (path: string) => (Number(path) < 5 ? "x" : "y") };
  const set = await open(source);
  expect(set.paths).toEqual(["0", "1", "2", "5"]);
  expect(set.skipped).toEqual([
    { path: "3", reason: "same picture as 0" },
    { path: "4", reason: "same picture as 1" },
  ]);
  set.close();
});
