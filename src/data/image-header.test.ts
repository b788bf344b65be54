import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { readImageHeader } from "./image-header.js";
import { bilevelPng, halves, plain, RED } from "./testing/pictures.js";

const FORMATS = ["png", "jpeg", "webp"] as const;

describe.each(FORMATS)("%s", (format) => {
  const encode = () => plain(37, 21, RED)[format]();

  test("its size is read, and it is plain", async () => {
    expect(readImageHeader(await encode().toBuffer())).toEqual({ format, width: 37, height: 21, isPlain: true });
  });

  test("is not plain when turned by Exif", async () => {
    const turned = await encode().withMetadata({ orientation: 6 }).toBuffer();
    expect(readImageHeader(turned)).toEqual({ format, width: 37, height: 21, isPlain: false });
  });

  test("is never plain when cut off, wherever, and never a crash", async () => {
    const whole = await encode().withMetadata({ orientation: 1 }).toBuffer();
    for (let length = 0; length < whole.length; length++) {
      expect(readImageHeader(whole.subarray(0, length))?.isPlain ?? false).toBe(false);
    }
  });
});

test("WebP: lossless, transparent and animated", async () => {
  const lossless = await plain(300, 200, RED).webp({ lossless: true }).toBuffer();
  expect(readImageHeader(lossless)).toMatchObject({ width: 300, height: 200, isPlain: true });
  const transparent = await plain(300, 200, RED, 0.5).webp().toBuffer();
  expect(readImageHeader(transparent)).toMatchObject({ width: 300, height: 200, isPlain: true });
  const frames = await Promise.all([RED, [0, 255, 0] as const].map((colour) => plain(20, 10, colour).png().toBuffer()));
  const animated = await sharp(frames, { join: { animated: true } })
    .webp()
    .toBuffer();
  expect(readImageHeader(animated)).toMatchObject({ width: 20, height: 10, isPlain: false });
});

test("JPEG: progressive is plain, CMYK is not; PNG: 16 bits is not", async () => {
  expect(readImageHeader(await plain(9, 8, RED).jpeg({ progressive: true }).toBuffer())?.isPlain).toBe(true);
  expect(readImageHeader(await plain(9, 8, RED).toColourspace("cmyk").jpeg().toBuffer())?.isPlain).toBe(false);
  const deep = await sharp(await plain(9, 8, RED).png().toBuffer())
    .toColourspace("rgb16")
    .png()
    .toBuffer();
  expect(readImageHeader(deep)).toEqual({ format: "png", width: 9, height: 8, isPlain: false });
});

test("the size of a picture too large to decode is read too", () => {
  expect(readImageHeader(bilevelPng(20_000, 20_000))).toMatchObject({ width: 20_000, height: 20_000 });
});

test("other formats are left to others", async () => {
  expect(readImageHeader(await halves(16, 16, RED, RED).gif().toBuffer())).toBeUndefined();
  expect(readImageHeader(Buffer.from("no picture"))).toBeUndefined();
  expect(readImageHeader(new Uint8Array(0))).toBeUndefined();
});
