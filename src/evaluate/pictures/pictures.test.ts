import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseEngine, keyFor, Random } from "../../compute/index.js";
import type { Features } from "../features.js";
import { ProgramCache } from "../linear-algebra/index.js";
import { linearAxis, logAxis, spanAxis, tickLabel } from "./axis.js";
import { drawCurves } from "./curves.js";
import { drawEmbeddingMap, layOut } from "./embedding-map.js";
import { drawNeighbors } from "./neighbor-sheet.js";
import { drawPatchColours } from "./patch-colours.js";
import { GOOD, type ImagePixels, type Sheet, writePng } from "./sheet.js";

let programs: ProgramCache;
beforeAll(async () => {
  programs = new ProgramCache(await chooseEngine());
});
afterAll(() => programs.dispose());

/** Image i is one flat colour: red grows with i, green is 90. */
const flat: ImagePixels = {
  size: 8,
  channels: 3,
  pixels: (index) => Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => [20 * index, 90, 250][i % 3]!),
};

/** How many pixels of the PNG have exactly this colour. */
async function countPixels(sheet: Sheet, matches: (r: number, g: number, b: number) => boolean): Promise<number> {
  const image = await loadImage(sheet.toPng());
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) if (matches(data[i]!, data[i + 1]!, data[i + 2]!)) count++;
  return count;
}

describe("axes", () => {
  test("round ticks around a range; a single value gets room on both sides", () => {
    expect(linearAxis(0, 20).ticks).toEqual([0, 5, 10, 15, 20]);
    expect(linearAxis(0.13, 0.58).ticks).toEqual([0, 0.2, 0.4, 0.6]);
    expect(linearAxis(-3, 9).ticks).toEqual([-5, 0, 5, 10]);
    expect(linearAxis(0, 20).at(5)).toBeCloseTo(0.25, 12);
    const single = linearAxis(7, 7);
    expect(single.at(7)).toBeGreaterThan(0);
    expect(single.at(7)).toBeLessThan(1);
    expect(linearAxis(0, 0).at(0)).toBeCloseTo(0.5, 1);
  });

  test("powers of ten; exact spans; labels", () => {
    expect(logAxis(0.02, 300).ticks).toEqual([0.01, 0.1, 1, 10, 100, 1000]);
    expect(logAxis(0.01, 1).at(0.1)).toBeCloseTo(0.5, 12);
    expect(logAxis(5, 5).at(5)).toBeLessThanOrEqual(1);
    expect(spanAxis(0, 1199).ticks).toEqual([0, 500, 1000]);
    expect(spanAxis(0, 1199).at(1199)).toBe(1);
    expect(spanAxis(4, 4).at(4)).toBe(0.5);
    expect([0, 0.05, 12, 1500, 3e-7, 5e-4, 0.30000000000000004].map(tickLabel)).toEqual([
      "0",
      "0.05",
      "12",
      "1,500",
      "3e-7",
      "5e-4",
      "0.3",
    ]);
  });
});

describe("curves", () => {
  const isBlue = (r: number, g: number, b: number) => r < 90 && g < 130 && b > 180;

  test("a curve is drawn, and a stretch that is not finite leaves a gap", async () => {
    const lines = (value: (step: number) => number | null) =>
      Array.from({ length: 100 }, (_, step) => ({ step, name: "train/total", value: value(step) }));
    const draw = (value: (step: number) => number | null) =>
      drawCurves({ lines: lines(value), title: "t", subtitle: "s" });
    const whole = await countPixels(
      draw((step) => 1 + step),
      isBlue,
    );
    const half = await countPixels(
      draw((step) => (step > 0 && step < 51 ? null : 1 + step)),
      isBlue,
    );
    expect(whole).toBeGreaterThan(500);
    expect(half / whole).toBeGreaterThan(0.35);
    expect(half / whole).toBeLessThan(0.65);
  });

  test("more quantities make a taller sheet; none, or only NaN, still make a picture", () => {
    const line = (name: string, value: number | null) => ({ step: 0, name, value });
    const sheet = (names: string[], value: number | null) =>
      drawCurves({ lines: names.map((name) => line(name, value)), title: "t", subtitle: "s" });
    const few = sheet(["train/total"], 1);
    const many = sheet(
      ["train/total", "train/a", "train/b", "doctor/features/std", "doctor/projections/sigreg", "x", "y"],
      1,
    );
    expect(many.height).toBeGreaterThan(few.height);
    expect(sheet([], 1).toPng().length).toBeGreaterThan(1000);
    expect(sheet(["train/total"], null).height).toBe(few.height);
  });
});

describe("neighbours", () => {
  const features: Features = {
    numImages: 6,
    dim: 2,
    values: Float32Array.of(1, 0, 1, 0.1, 1, 0.2, 0, 1, 0.1, 1, 0.2, 1),
  };
  const isGreen = (r: number, g: number, b: number) =>
    `#${[r, g, b].map((v) => v.toString(16).padStart(2, "0")).join("")}` === GOOD;

  test("underlines exactly the neighbours of the same class: 6 queries, 2 of their 2 nearest each", async () => {
    const base = { features, images: flat, programs, seed: 1, title: "t", numNeighbors: 2 };
    const marked = await drawNeighbors({ ...base, labels: Int32Array.of(0, 0, 0, 1, 1, 1) });
    expect(await countPixels(marked, isGreen)).toBe(12 * 116 * 6);
    const unlabelled = await drawNeighbors({ ...base, labels: new Int32Array(6).fill(-1) });
    expect(await countPixels(unlabelled, isGreen)).toBe(0);
  });

  test("works with two images, refuses one", async () => {
    const two = { numImages: 2, dim: 1, values: Float32Array.of(1, 2) };
    expect((await drawNeighbors({ features: two, images: flat, programs, seed: 1, title: "t" })).width).toBeGreaterThan(
      100,
    );
    const one = { numImages: 1, dim: 1, values: Float32Array.of(1) };
    await expect(drawNeighbors({ features: one, images: flat, programs, seed: 1, title: "t" })).rejects.toThrow(
      /two images/,
    );
  });
});

describe("map", () => {
  /** Three groups far apart. */
  function groups(numImages: number): Features {
    const random = new Random(keyFor(1, "groups"));
    const values = Float32Array.from({ length: numImages * 4 }, (_, i) => {
      const group = Math.floor(i / 4) % 3;
      return 0.05 * random.normal() + (i % 4 === group ? 1 : 0);
    });
    return { numImages, dim: 4, values };
  }

  test("UMAP keeps groups together, and is repeatable", async () => {
    const { method, positions } = await layOut(groups(90), 5);
    expect(method).toBe("UMAP");
    const distance = (a: number, b: number) =>
      Math.hypot(positions[2 * a]! - positions[2 * b]!, positions[2 * a + 1]! - positions[2 * b + 1]!);
    for (let i = 0; i < 90; i++) {
      const others = [...Array(90).keys()].filter((j) => j !== i).sort((a, b) => distance(i, a) - distance(i, b));
      expect(others[0]! % 3).toBe(i % 3);
    }
    expect((await layOut(groups(90), 5)).positions).toEqual(positions);
  });

  test("few images use PCA; thumbnails, labels and dots draw; too few are refused", async () => {
    expect((await layOut(groups(12), 1)).method).toBe("PCA");
    const labels = Int32Array.from({ length: 12 }, (_, i) => i % 3);
    const base = { features: groups(12), seed: 1, title: "t" };
    const dots = await drawEmbeddingMap({
      ...base,
      labels,
      classNames: ["a", "b", "a very long name for a class indeed"],
    });
    expect(await countPixels(dots, (r, g, b) => r > 200 && g > 110 && g < 160 && b < 110)).toBeGreaterThan(50); // orange
    const thumbnails = await drawEmbeddingMap({ ...base, images: flat });
    expect(await countPixels(thumbnails, (_r, g, b) => g === 90 && b === 250)).toBeGreaterThan(1000);
    const two = { numImages: 2, dim: 2, values: Float32Array.of(1, 2, 3, 4) };
    await expect(drawEmbeddingMap({ ...base, features: two })).rejects.toThrow(/three images/);
    const same = { numImages: 5, dim: 2, values: new Float32Array(10).fill(1) };
    expect((await drawEmbeddingMap({ ...base, features: same })).toPng().length).toBeGreaterThan(1000);
  });
});

describe("patch colours", () => {
  test("two kinds of patches get two colours; a wrong number of tokens is refused", async () => {
    const tokens = Float32Array.from({ length: 2 * 16 * 3 }, (_, i) =>
      Math.floor(i / 3) % 4 < 2 ? 0 : [1, 2, 3][i % 3]!,
    );
    const base = { gridSize: 4, dim: 3, images: flat, title: "t" };
    const sheet = drawPatchColours({ ...base, tokens, indices: [0, 1] });
    const low = await countPixels(sheet, (r) => r === 24);
    const high = await countPixels(sheet, (r, g) => r === 240 && g > 100 && g < 160);
    expect(low).toBeGreaterThan(10000);
    expect(high).toBeGreaterThan(10000);
    expect(() => drawPatchColours({ ...base, tokens, indices: [0] })).toThrow(/\[1, 16, 3\]/);
  });
});

test("a PNG is written whole, into a new folder, leaving nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pictures-"));
  try {
    const path = join(folder, "a b", "curves.png");
    await writePng(path, drawCurves({ lines: [], title: "ü", subtitle: "" }));
    expect((await readFile(path)).subarray(1, 4).toString()).toBe("PNG");
    expect(await readdir(join(folder, "a b"))).toEqual(["curves.png"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
