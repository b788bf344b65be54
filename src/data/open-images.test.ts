import { describe, expect, test } from "vitest";
import { openImages } from "./open-images.js";
import { BLUE, firstValues, pngOf, RED, tarOf, tgzOf, useTemporaryFolder } from "./testing/pictures.js";

const folder = useTemporaryFolder();
const open = (path: string, options = {}) =>
  openImages(path, { trainingSize: 16, cacheDir: folder.path("cache"), ...options });
const pathsOf = async (path: string) => {
  const set = await open(path);
  set.close();
  return set.paths;
};

describe("openImages opens", () => {
  test("a folder, with labels from its subfolders or from a file", async () => {
    folder.write("pets/cat/1.png", await pngOf(RED));
    folder.write("pets/dog/1.png", await pngOf(BLUE));
    const csv = folder.write("labels.csv", "file,label\ncat/1.png,fire\ndog/1.png,water\n");
    const byFolder = await open(folder.path("pets"));
    const byFile = await open(folder.path("pets"), { labels: csv });
    expect([byFolder.name, byFolder.numImages, byFolder.imageSize]).toEqual(["pets", 2, 16]);
    expect(byFolder.labels!.classNames).toEqual(["cat", "dog"]);
    expect(byFile.labels!.classNames).toEqual(["fire", "water"]);
    expect(byFile.cachePath).toBe(byFolder.cachePath);
    expect(firstValues(byFile, [0, 1])).toEqual([255, 0]);
    byFolder.close();
    byFile.close();
  });

  test("an archive, a folder of shards, and shards by pattern and range", async () => {
    for (const number of ["08", "09", "10", "11"]) {
      folder.write(`shards/s-${number}.tar`, await tarOf({ [`${number}.png`]: await pngOf(RED) }));
    }
    folder.write("shards/README.md", "text");
    folder.write("one.tgz", await tgzOf({ "a/1.png": await pngOf(RED) }));
    expect(await pathsOf(folder.path("one.tgz"))).toEqual(["a/1.png"]);
    expect(await pathsOf(folder.path("shards"))).toHaveLength(4);
    expect(await pathsOf(folder.path("shards/s-0*.tar"))).toEqual(["s-08.tar/08.png", "s-09.tar/09.png"]);
    expect(await pathsOf(folder.path("shards/s-{09..11}.tar"))).toEqual([
      "s-09.tar/09.png",
      "s-10.tar/10.png",
      "s-11.tar/11.png",
    ]);
  });

  test("the images of a folder that also holds an archive", async () => {
    folder.write("mixed/a.png", await pngOf(RED));
    folder.write("mixed/b.tar", await tarOf({ "b.png": await pngOf(RED) }));
    expect(await pathsOf(folder.path("mixed"))).toEqual(["a.png"]);
  });
});

describe("openImages refuses", () => {
  test("what is not there, with the names of the data sets", async () => {
    await expect(open("emojis")).rejects.toThrow(/exists, got "emojis"\. Did you mean "emoji"\? Data sets: .*emoji/);
    await expect(open(folder.path("none"))).rejects.toThrow(/exists, got/);
    await expect(open(folder.path("none*.tar"))).rejects.toThrow(/exists, got/);
  });

  test("a single image", async () => {
    await expect(open(folder.write("a.png", await pngOf(RED)))).rejects.toThrow("A single image belongs in a folder");
  });

  test("a folder without images", async () => {
    folder.write("junk/a.txt", "");
    await expect(open(folder.path("junk"))).rejects.toThrow('got "only other files: a.txt (1 in all)"');
  });

  test("a training size that is none", async () => {
    for (const trainingSize of [0, -1, 1.5, Number.NaN])
      await expect(open("x", { trainingSize })).rejects.toThrow('"trainingSize"');
  });
});
