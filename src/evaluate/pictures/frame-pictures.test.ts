import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeAnimation } from "./frame-animation.js";
import { colouredFrame } from "./frame-colours.js";
import { drawFrameStrip, stepsToShow } from "./frame-strip.js";
import type { Sheet } from "./sheet.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "darkmatter-strip-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Colour = readonly [number, number, number];
const SIZE = 16;
/** A frame of one colour. */
const flat = (...colour: Colour): Uint8Array => Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => colour[i % 3]!);

async function countPixels(sheet: Sheet, [r, g, b]: Colour): Promise<number> {
  const image = await loadImage(sheet.toPng());
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i] === r && data[i + 1] === g && data[i + 2] === b) count++;
  return count;
}

describe("colours", () => {
  const one = (channels: number, bytes: number[], isLayered = false) => [
    ...colouredFrame({ size: 1, channels, isLayered }, Uint8Array.from(bytes)),
  ];

  test("three channels are what they are; one goes from dark to light", () => {
    expect(one(3, [1, 2, 3])).toEqual([1, 2, 3]);
    const [dark, middle, light] = [0, 128, 255].map((value) => one(1, [value]));
    for (const c of [0, 1, 2]) {
      expect(dark![c]).toBeLessThan(40);
      expect(light![c]).toBeGreaterThan(240);
      expect(middle![c]).toBeCloseTo((dark![c]! + light![c]!) / 2, -0.5);
    }
  });

  test("layers stay apart, the first on top of the others, each as opaque as it is bright", () => {
    const [ground, dot, wall] = [one(2, [0, 0]), one(2, [255, 0]), one(2, [0, 255])];
    const apart = (a: number[], b: number[]) => Math.hypot(...a.map((value, c) => value - b[c]!));
    expect(Math.min(apart(ground, dot), apart(ground, wall), apart(dot, wall))).toBeGreaterThan(100);
    expect(one(2, [255, 255])).toEqual(dot);
    expect(one(2, [128, 0])).toEqual(ground.map((value, c) => Math.round(value + (128 / 255) * (dot[c]! - value))));
    const sign = one(3, [0, 255, 255], true);
    expect(one(3, [0, 255, 0], true)).toEqual(wall);
    expect(apart(sign, wall)).toBeGreaterThan(100);
  });

  test("bytes of another shape are refused", () => {
    expect(() => one(2, [1, 2, 3])).toThrow(/"bytes" must have shape \[1, 1, 2\], got \[3\]/);
  });
});

describe("steps of a strip", () => {
  test("are as far from each other everywhere, and reach almost to the end", () => {
    expect(stepsToShow(5, 16)).toEqual([0, 1, 2, 3, 4]);
    expect(stepsToShow(32, 16)).toEqual(Array.from({ length: 16 }, (_, i) => 2 * i));
    expect(stepsToShow(29, 4)).toEqual([0, 8, 16, 24]);
    expect(stepsToShow(1, 4)).toEqual([0]);
    expect(stepsToShow(9, 1)).toEqual([0]);
  });

  test("keep the one that is wanted", () => {
    expect(stepsToShow(29, 4, 10)).toEqual([0, 10, 16, 24]);
    expect(stepsToShow(29, 4, 28)).toEqual([0, 8, 16, 28]);
    expect(stepsToShow(29, 4, 16)).toEqual([0, 8, 16, 24]);
  });
});

describe("a strip", () => {
  const strip = (over: Partial<Parameters<typeof drawFrameStrip>[0]> = {}) =>
    drawFrameStrip({
      ...{ title: "a title", subtitle: "words", size: SIZE, steps: [0, 1, 2] },
      tracks: [{ frames: [flat(255, 0, 0), flat(0, 255, 0), flat(0, 255, 0)] }],
      ...over,
    });
  /** 16 pixels, 12 times as large; the edge that is drawn over them takes less than three pixels on each side. */
  const [INNER, WHOLE] = [(16 * 12 - 6) ** 2, (16 * 12) ** 2];

  test("shows every frame, enlarged to whole pixels", async () => {
    const sheet = strip();
    const [red, green] = [await countPixels(sheet, [255, 0, 0]), await countPixels(sheet, [0, 255, 0])];
    expect(red).toBeGreaterThan(INNER);
    expect(red).toBeLessThanOrEqual(WHOLE);
    expect(green).toBe(2 * red);
  });

  test("has eight columns, and the tracks of each band below each other", async () => {
    const steps = Array.from({ length: 11 }, (_, i) => i);
    const frames = steps.map(() => flat(0, 0, 255));
    const [single, double] = [
      strip({ steps, tracks: [{ frames }] }),
      strip({ steps, tracks: [{ frames }, { frames }] }),
    ];
    expect(await countPixels(double, [0, 0, 255])).toBe(2 * (await countPixels(single, [0, 0, 255])));
    expect(single.width).toBe(8 * 96 + 7 * 6 + 2 * 32);
    expect(double.height - single.height).toBe(2 * (96 + 6));
  });

  test("draws a goal beside it, and breaks long words about it into lines", async () => {
    const goal = { label: "goal", frame: flat(9, 99, 199) };
    expect(await countPixels(strip({ aside: goal }), [9, 99, 199])).toBeGreaterThan(INNER);
    expect(strip({ subtitle: "many words ".repeat(30) }).height).toBeGreaterThan(strip().height + 30);
  });

  test("needs a frame for each step", () => {
    expect(() => strip({ steps: [0, 1] })).toThrow(/one for each of 2 steps, got 3/);
    expect(() => strip({ steps: [], tracks: [] })).toThrow(/at least one step/);
    expect(() => strip({ size: 8 })).toThrow(/8 × 8 × 3 bytes, got 768/);
  });
});

describe("an animation", () => {
  test("has a picture for each step, in its time, and repeats", async () => {
    const path = join(folder, "new", "a.gif");
    const frames = [flat(255, 0, 0), flat(0, 0, 255), flat(0, 255, 0)];
    const aside = { label: "goal", frame: flat(0, 0, 0) };
    await writeAnimation(path, { size: SIZE, tracks: [{ frames }], aside, framesPerSecond: 5 });
    const { pages, pageHeight, width, delay, loop } = await sharp(path, { animated: true }).metadata();
    expect({ pages, loop, delay }).toEqual({ pages: 3, loop: 0, delay: [200, 200, 1200] });
    expect(width).toBeGreaterThan(2 * 320);
    const { data, info } = await sharp(path, { page: 1 }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(info.height).toBe(pageHeight);
    const middle = 3 * (info.width * (12 * 2 + 160) + 12 * 2 + 160); // of the first panel
    expect(data[middle]).toBeLessThan(20);
    expect(data[middle + 2]).toBeGreaterThan(235);
  });

  test("of tracks that differ in length, or too fast, is refused", async () => {
    const tracks = [{ frames: [flat(0, 0, 0)] }, { frames: [] }];
    await expect(writeAnimation("a.gif", { size: SIZE, tracks })).rejects.toThrow(/of one length.*\[1,0\]/);
    const fast = writeAnimation("a.gif", { size: SIZE, tracks: tracks.slice(0, 1), framesPerSecond: 100 });
    await expect(fast).rejects.toThrow(/above 0 and at most 50/);
  });
});
