import { truncateSync, utimesSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { tarSource } from "./tar.js";
import { tarOf, tgzOf, useTemporaryFolder } from "./testing/pictures.js";

const folder = useTemporaryFolder();
const listOf = async (...archives: string[]) => (await tarSource(archives)).list();

async function contentsOf(listing: Awaited<ReturnType<typeof listOf>>): Promise<string[]> {
  const contents: string[] = [];
  for await (const image of listing.images()) contents.push(`${image.path}=${await image.load()}`);
  return contents;
}

describe("an archive", () => {
  const files = { "set/b/2.png": "two", "set/a/1.jpg": "one", "set/readme.md": "text", "set/a/._1.jpg": "fork" };

  test("plain or gzipped, whatever it is called, gives its images in its order, with folder labels", async () => {
    for (const archive of [folder.write("x.tar", await tarOf(files)), folder.write("y.tar", await tgzOf(files))]) {
      const listing = await listOf(archive);
      expect(listing.paths).toEqual(["set/b/2.png", "set/a/1.jpg"]);
      expect(listing.labels).toEqual({ classNames: ["a", "b"], classOf: Int32Array.of(1, 0) });
      expect(await contentsOf(listing)).toEqual(["set/b/2.png=two", "set/a/1.jpg=one"]);
      expect(await Promise.all(listing.sample.map(async ({ load }) => String(await load())))).toEqual(["two", "one"]);
    }
  });

  test("has names of any length and script", async () => {
    const long = `${"very long folder name/".repeat(15)}ü 日本.png`;
    expect((await listOf(folder.write("x.tar", await tarOf({ [long]: "1", "./b.png": "2" })))).paths).toEqual([
      long,
      "b.png",
    ]);
  });

  test("takes its name from the file", async () => {
    for (const name of ["pets.tar", "pets.tar.gz", "pets.tgz"]) {
      expect((await tarSource([folder.write(name, await tarOf(files))])).name).toBe("pets");
    }
  });

  test("has another fingerprint when touched", async () => {
    const archive = folder.write("x.tar", await tarOf(files));
    const before = await tarSource([archive]);
    utimesSync(archive, 1, 1);
    const after = await tarSource([archive]);
    expect(after.identity).toBe(before.identity);
    expect(after.fingerprint).not.toBe(before.fingerprint);
  });

  test("of large files is read whole", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 5 }, (_, i) => [`${i}.png`, Buffer.alloc(3_000_000, 65 + i)]),
    );
    const listing = await listOf(folder.write("x.tgz", await tgzOf(files)));
    for await (const image of listing.images()) {
      const content = await image.load();
      expect(content).toHaveLength(3_000_000);
      expect((content as Buffer).every((byte) => byte === 65 + Number(image.path[0]))).toBe(true);
    }
  });
});

describe("webdataset shards", () => {
  const shard = (from: number) =>
    tarOf({
      [`${from}.cls`]: "10\n",
      [`${from}.jpg`]: "a",
      [`${from + 1}.jpg`]: "b",
      [`${from + 1}.cls`]: "9",
      [`${from + 2}.jpg`]: "c",
      [`${from + 2}.json`]: "{}",
    });

  test("give classes by key, before or after the image, and say which shard an image is in", async () => {
    const archives = [folder.write("s-0.tar", await shard(0)), folder.write("s-1.tar", await shard(0))];
    const listing = await listOf(...archives);
    expect(listing.paths.slice(0, 4)).toEqual(["s-0.tar/0.jpg", "s-0.tar/1.jpg", "s-0.tar/2.jpg", "s-1.tar/0.jpg"]);
    expect(listing.labels).toEqual({ classNames: ["9", "10"], classOf: Int32Array.of(1, 0, -1, 1, 0, -1) });
    expect((await contentsOf(listing)).at(-1)).toBe("s-1.tar/2.jpg=c");
  });

  test("do not turn shard names into classes", async () => {
    const archives = [
      folder.write("s-0.tar", await tarOf({ "0.jpg": "a" })),
      folder.write("s-1.tar", await tarOf({ "1.jpg": "b" })),
    ];
    expect((await listOf(...archives)).labels).toBeUndefined();
  });
});

describe("a damaged archive", () => {
  test("loses only what follows the damage, and says so", async () => {
    const files = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${i}.png`, Buffer.alloc(1000, i)]));
    const cut = folder.write("cut.tar", await tarOf(files));
    truncateSync(cut, 5 * 1536 + 700);
    const noise = Buffer.from({ length: 9000 } as ArrayLike<number>).map((_, i) => (i * 7919) ^ (i >> 3));
    const cutGzip = folder.write("cut.tgz", gzipSync(Buffer.concat([await tarOf({ "a.png": noise }), noise])));
    truncateSync(cutGzip, 2000);
    const whole = folder.write("whole.tar", await tarOf({ "z.png": "z" }));
    const listing = await listOf(cut, cutGzip, whole);
    expect(listing.paths).toEqual([0, 1, 2, 3, 4].map((i) => `cut.tar/${i}.png`).concat("whole.tar/z.png"));
    expect(listing.skipped.map(({ path }) => path)).toEqual(["cut.tar", "cut.tgz"]);
    expect(listing.skipped[0]!.reason).toMatch(/^archive is damaged, what follows is lost: /);
  });

  test("with no image left is an error", async () => {
    await expect(listOf(folder.write("x.tar", await tarOf({ "a.txt": "" })))).rejects.toThrow(
      '"x.tar" must be an archive with',
    );
    await expect(listOf(folder.write("y.tar", "not an archive".repeat(100)))).rejects.toThrow("archive is damaged");
    await expect(tarSource([folder.path("none.tar")])).rejects.toThrow("ENOENT");
  });
});
