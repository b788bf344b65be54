import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DarkmatterError } from "../../compute/errors.js";
import { frameFolderSource } from "./frame-folder-source.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-frames-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Colour = readonly [number, number, number];

/** A PNG of one colour. */
async function frame(path: string, [r, g, b]: Colour, width = 16, height = width): Promise<void> {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  await sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .png()
    .toFile(file);
}
const gray = (value: number): Colour => [value, value, value];
const write = (path: string, text: string) => writeFileSync(join(folder, path), text);

/** Two episodes in grey: frames 1, 2, 10 of the first are 10, 20, 100, those of the second 7 and 8. */
async function twoEpisodes(): Promise<void> {
  for (const value of [1, 2, 10]) await frame(`walk 2/frame ${value}.png`, gray(10 * value));
  for (const value of [7, 8]) await frame(`walk 10/${value}.png`, gray(value));
}

describe("folders of frames", () => {
  test("are episodes in natural order, their frames too; grey ones have one channel", async () => {
    await twoEpisodes();
    const source = await frameFolderSource(folder, { size: 8 });
    expect(source).toMatchObject({
      observation: { kind: "frames", size: 8, channels: 1 },
      actionDim: 0,
      factorNames: [],
      numEpisodes: 2,
    });
    const first = await source.episodeAt(0);
    expect(first.observations).toEqual(Uint8Array.from({ length: 3 * 64 }, (_, i) => [10, 20, 100][i >> 6]!));
    expect((await source.episodeAt(1)).observations.filter((_, i) => i % 64 === 0)).toEqual(Uint8Array.of(7, 8));
  });

  test("or one folder of frames, which is one; colours are kept, and the centre square is taken", async () => {
    const [red, blue]: Colour[] = [
      [200, 0, 0],
      [0, 0, 200],
    ];
    // Left and right quarters are blue: only the middle is seen.
    const half = await sharp({ create: { width: 16, height: 16, channels: 3, background: "rgb(200,0,0)" } })
      .png()
      .toBuffer();
    await sharp({ create: { width: 32, height: 16, channels: 3, background: "rgb(0,0,200)" } })
      .composite([{ input: half, left: 8, top: 0 }])
      .png()
      .toFile(join(folder, "0.png"));
    await frame("1.png", blue!, 32, 16);
    const source = await frameFolderSource(folder, { size: 16 });
    expect([source.numEpisodes, source.observation]).toEqual([1, { kind: "frames", size: 16, channels: 3 }]);
    const { observations } = await source.episodeAt(0);
    for (let i = 0; i < 256; i++) expect([...observations.subarray(3 * i, 3 * i + 3)]).toEqual(red);
    expect([...observations.subarray(3 * 256, 3 * 256 + 3)]).toEqual(blue);
  });

  test("tell themselves from others by their files", async () => {
    await twoEpisodes();
    const before = (await frameFolderSource(folder)).description;
    expect((await frameFolderSource(folder)).description).toEqual(before);
    await frame("walk 10/9.png", gray(9));
    expect((await frameFolderSource(folder)).description).not.toEqual(before);
  });
});

describe("actions", () => {
  test("are the rows of actions.csv, every column a number", async () => {
    await twoEpisodes();
    write("walk 2/actions.csv", "dx,dy\n1,0.5\n-2,3\n");
    write("walk 10/actions.csv", "dx,dy\n7,8\n");
    const source = await frameFolderSource(folder, { size: 8 });
    expect(source.actionDim).toBe(2);
    expect([...(await source.episodeAt(0)).actions]).toEqual([1, 0.5, -2, 3]);
    expect([...(await source.episodeAt(1)).actions]).toEqual([7, 8]);
  });

  test.each<[string, string, string | undefined, RegExp]>([
    ["as many as frames", "a\n1\n2\n3\n", "a\n1\n", /walk 2.actions\.csv" must be 2 rows, .* got 3\. Leave out what/],
    ["too few", "a\n1\n", "a\n1\n", /must be 2 rows, one less than there are frames, got 1\. A row stands for/],
    [
      "a hole",
      "a,b\n1,2\n3,\n",
      "a,b\n1,2\n",
      /walk 2.actions\.csv, row 2, column b" must be a number, got "a missing/,
    ],
    ["a word", "a,b\n1,2\n3,x\n", "a,b\n1,2\n", /walk 2.actions\.csv: .*line 3, column b" must be a number, got "x"/],
    ["another width", "a,b\n1,2\n3,4\n", "a\n1\n", /walk 10.actions\.csv" must be 2 columns, as in walk 2, got 1/],
    ["none", "a\n1\n2\n", undefined, /in every folder or in none, got "one in walk 2, none in walk 10"/],
  ])("%s: refused by name", async (_what, first, second, message) => {
    await twoEpisodes();
    write("walk 2/actions.csv", first);
    if (second !== undefined) write("walk 10/actions.csv", second);
    await expect(frameFolderSource(folder, { size: 8 })).rejects.toThrow(message);
    await expect(frameFolderSource(folder, { size: 8 })).rejects.toThrow(DarkmatterError);
  });
});

describe("what is no episode is refused", () => {
  test("an empty folder, a lonely frame, frames beside folders", async () => {
    write("notes.txt", "");
    await expect(frameFolderSource(folder)).rejects.toThrow(/a folder of frames, or of folders of frames/);
    await frame("a/1.png", gray(1));
    await expect(frameFolderSource(folder)).rejects.toThrow(/a" must be at least 2 frames, got "1\.png"/);
    await frame("cover.png", gray(1));
    await expect(frameFolderSource(folder)).rejects.toThrow(
      /either frames or folders of frames, got "cover.png beside a/,
    );
  });

  test("frames of different sizes, and damaged ones, when they are read", async () => {
    await frame("a/1.png", gray(1));
    await frame("a/2.png", gray(1), 20);
    const source = await frameFolderSource(folder);
    await expect(source.episodeAt(0)).rejects.toThrow(
      /a" must be frames of one size \(16 × 16 as 1\.png\), got "2\.png: 20/,
    );
    write("a/2.png", "no picture");
    await expect((await frameFolderSource(folder)).episodeAt(0)).rejects.toThrow(/a.2\.png: cannot be decoded/);
  });

  test.each([{ size: 4 }, { size: 10.5 }, { size: 9999 }])("%j", async (options) => {
    await twoEpisodes();
    await expect(frameFolderSource(folder, options)).rejects.toThrow(/"size" must be a whole number of pixels from 8/);
  });
});
