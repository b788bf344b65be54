import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { folderSource } from "./folder.js";
import type { SourceImage } from "./image-source.js";
import { useTemporaryFolder } from "./testing/pictures.js";

const folder = useTemporaryFolder();
const fill = (...paths: string[]) => {
  for (const path of paths) folder.write(path, path);
};
const pathsOf = async (path = folder.path()) => (await (await folderSource(path)).list()).paths;

const contentsOf = (images: readonly SourceImage[]) =>
  Promise.all(images.map(async ({ load }) => String(await load())));

describe("the images of a folder", () => {
  test("are found at every depth, in natural order, by the ending of their names", async () => {
    fill(
      "b/img10.JPG",
      "b/img2.jpeg",
      "a.png",
      "c/d/e/f.webp",
      "g.avif",
      "h.gif",
      "i.tif",
      "j.tiff",
      "notes.txt",
      "k.svg",
    );
    expect(await pathsOf()).toEqual([
      "a.png",
      "b/img2.jpeg",
      "b/img10.JPG",
      "c/d/e/f.webp",
      "g.avif",
      "h.gif",
      "i.tif",
      "j.tiff",
    ]);
  });

  test("have names with spaces, quotes and any script", async () => {
    const names = ["Übung 1.png", "my dog's photo.jpg", "日本語/写真.png", "emoji 😀.webp", "new\nline.png"];
    fill(...names);
    expect([...(await pathsOf())].sort()).toEqual([...names].sort());
  });

  test("are regular files: a pipe would be waited for without end", async () => {
    fill("a.png");
    execFileSync("mkfifo", [folder.path("pipe.png")]);
    const { paths, skipped } = await (await folderSource(folder.path())).list();
    expect(paths).toEqual(["a.png"]);
    expect(skipped).toEqual([{ path: "pipe.png", reason: "not a regular file" }]);
  });

  test("are not the hidden ones", async () => {
    fill("a.png", "._a.png", ".cache/b.png", "__MACOSX/c.png");
    expect(await pathsOf()).toEqual(["a.png"]);
  });

  test("keep hidden folders above the opened one out of it", async () => {
    fill(".data/a.png");
    expect(await pathsOf(folder.path(".data"))).toEqual(["a.png"]);
  });

  test("are loaded as they are", async () => {
    fill("x/a.png", "x/b.png");
    const listing = await (await folderSource(folder.path())).list();
    const contents: string[] = [];
    for await (const image of listing.images()) contents.push(String(await image.load()));
    expect(contents).toEqual(["x/a.png", "x/b.png"]);
    expect(await contentsOf(listing.sample)).toEqual(contents);
  });

  test("get labels from their folders", async () => {
    fill("cat/1.png", "dog/1.png");
    expect((await (await folderSource(folder.path())).list()).labels?.classNames).toEqual(["cat", "dog"]);
  });

  test("are sampled evenly, not from the front", async () => {
    fill(...Array.from({ length: 200 }, (_, i) => `${i}.png`));
    const sample = await contentsOf((await (await folderSource(folder.path())).list()).sample);
    expect(sample).toEqual(Array.from({ length: 50 }, (_, i) => `${4 * i}.png`));
  });
});

describe("links", () => {
  test("a loop ends, and no picture comes twice", async () => {
    fill("a/1.png", "b/2.png");
    symlinkSync(folder.path(), folder.path("a", "up"));
    symlinkSync(folder.path("a"), folder.path("b", "across"));
    symlinkSync("self", folder.path("self"));
    expect(await pathsOf()).toEqual(["a/1.png", "b/2.png"]);
  });

  test("lead to files and folders elsewhere", async () => {
    fill("elsewhere/1.png", "elsewhere/2.png", "here/3.png");
    symlinkSync(folder.path("elsewhere"), folder.path("here", "more"));
    symlinkSync(folder.path("elsewhere", "1.png"), folder.path("here", "one.png"));
    expect(await pathsOf(folder.path("here"))).toEqual(["3.png", "more/1.png", "more/2.png", "one.png"]);
  });

  test("that lead nowhere are listed as skipped", async () => {
    fill("a.png");
    symlinkSync("nowhere", folder.path("broken.png"));
    const { skipped } = await (await folderSource(folder.path())).list();
    expect(skipped).toEqual([{ path: "broken.png", reason: "cannot be read (ENOENT)" }]);
  });
});

describe("the fingerprint", () => {
  const fingerprint = async () => (await folderSource(folder.path())).fingerprint;

  test("stays for what is not an image, and changes for whatever happens to one", async () => {
    fill("a.png", "b.png");
    const seen = [await fingerprint()];
    fill("notes.txt");
    expect(await fingerprint()).toBe(seen[0]);
    const changes = [
      () => fill("c.png"),
      () => folder.write("c.png", "longer than before"),
      () => folder.write("c.png", "longer than befora"),
    ];
    for (const change of changes) {
      await new Promise((resolve) => setTimeout(resolve, 15));
      change();
      seen.push(await fingerprint());
    }
    expect(new Set(seen).size).toBe(4);
  });
});

describe("an unusable folder", () => {
  test("empty", async () => {
    await expect(folderSource(folder.path())).rejects.toThrow(/must be a folder with JPEG, PNG.* files, got "none"/);
  });

  test("of junk says what is there", async () => {
    fill("a.txt", "b.doc", "c/d.xls", "e.zip");
    await expect(folderSource(folder.path())).rejects.toThrow(/got "only other files: .*, \.\.\. \(4 in all\)"/);
  });

  test("missing, or a file", async () => {
    await expect(folderSource(folder.path("none"))).rejects.toThrow('"folder" must be readable');
    writeFileSync(folder.path("file"), "");
    await expect(folderSource(folder.path("file"))).rejects.toThrow("ENOTDIR");
  });

  test("of folders only", async () => {
    mkdirSync(folder.path("a", "b"), { recursive: true });
    await expect(folderSource(folder.path())).rejects.toThrow('got "none"');
  });
});
