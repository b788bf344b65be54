import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { decodeImage, readImageSize, UnusableImageError } from "./decode.js";
import { BLUE, bilevelPng, type Colour, halves, plain, pngOf, RED } from "./testing/pictures.js";

/** The colour at a place of a decoded picture. */
function at(pixels: Uint8Array, side: number, x: number, y: number): number[] {
  return [...pixels.subarray(3 * (y * side + x), 3 * (y * side + x) + 3)];
}

function expectNear(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(expected.length);
  const worst = Math.max(...Array.from(got, (value, i) => Math.abs(value - expected[i]!)));
  expect(worst, `${Array.from(got)} against ${Array.from(expected)}`).toBeLessThanOrEqual(tolerance);
}

describe("every format becomes the same square of RGB", () => {
  const colour: Colour = [200, 100, 50];
  const encoders = {
    jpeg: (image: Sharp) => image.jpeg({ quality: 100 }),
    progressive: (image: Sharp) => image.jpeg({ quality: 100, progressive: true }),
    png: (image: Sharp) => image.png(),
    palette: (image: Sharp) => image.png({ palette: true }),
    webp: (image: Sharp) => image.webp({ quality: 100 }),
    avif: (image: Sharp) => image.avif({ quality: 90, effort: 0 }),
    gif: (image: Sharp) => image.gif(),
    tiff: (image: Sharp) => image.tiff({ compression: "lzw" }),
  };

  test.each(Object.entries(encoders))("%s", async (_, encode) => {
    // smaller, equal and larger than the square: upscaled, as it is, downscaled
    for (const side of [12, 16, 50]) {
      const { pixels, isGray } = await decodeImage(await encode(plain(side, side, colour)).toBuffer(), 16, 3);
      expect(pixels.length).toBe(16 * 16 * 3);
      expect(isGray).toBe(false);
      for (const [x, y] of [
        [0, 0],
        [15, 0],
        [8, 8],
        [15, 15],
      ] as const)
        expectNear(at(pixels, 16, x, y), colour, 4);
    }
  });

  test("large files, which another decoder reads", async () => {
    for (const encode of [encoders.jpeg, encoders.png, encoders.webp]) {
      const file = await encode(halves(1600, 1000, RED, BLUE)).toBuffer();
      const { pixels } = await decodeImage(file, 16, 3);
      expectNear(at(pixels, 16, 2, 8), RED, 4);
      expectNear(at(pixels, 16, 13, 8), BLUE, 4);
    }
  });

  test("the first frame of an animation", async () => {
    const frames = await Promise.all([pngOf(RED), pngOf(BLUE)]);
    for (const format of ["gif", "webp"] as const) {
      const file = await sharp(frames, { join: { animated: true } })
        [format]({ delay: 100 })
        .toBuffer();
      expect((await sharp(file).metadata()).pages).toBe(2);
      expectNear(at((await decodeImage(file, 16, 3)).pixels, 16, 8, 8), RED, 3);
    }
  });
});

describe("the square is the centre of the picture", () => {
  test("a wide one loses its sides, a tall one top and bottom", async () => {
    // thirds of 30: red, blue, red
    const stripes = Buffer.alloc(90 * 30 * 3);
    for (let pixel = 0; pixel < 90 * 30; pixel++)
      stripes.set(Math.floor((pixel % 90) / 30) === 1 ? BLUE : RED, 3 * pixel);
    const wide = sharp(stripes, { raw: { width: 90, height: 30, channels: 3 } });
    for (const file of [
      await wide.png().toBuffer(),
      await wide.clone().rotate(90).png().toBuffer(),
      await wide.tiff().toBuffer(),
    ]) {
      for (const side of [15, 30]) {
        const { pixels } = await decodeImage(file, side, 3);
        const middle = side >> 1;
        for (const [x, y] of [
          [2, 2],
          [side - 3, middle],
          [middle, side - 3],
        ] as const) {
          expectNear(at(pixels, side, x, y), BLUE, 30);
        }
      }
    }
  });

  test("a very long one costs no more than its square", async () => {
    const { pixels } = await decodeImage(await plain(8, 60_000, RED).png().toBuffer(), 64, 3);
    expectNear(at(pixels, 64, 32, 32), RED, 0);
  });

  test("both decoders agree on a detailed picture", async () => {
    const data = Buffer.alloc(120 * 90 * 3);
    for (let i = 0; i < data.length; i++) data[i] = 128 + 100 * Math.sin(i / 37) * Math.cos(i / 4001);
    const picture = sharp(data, { raw: { width: 120, height: 90, channels: 3 } });
    const [fast, careful] = [await picture.png().toBuffer(), await picture.tiff().toBuffer()];
    const [a, b] = await Promise.all([decodeImage(fast, 32, 3), decodeImage(careful, 32, 3)]);
    const meanDifference =
      a.pixels.reduce((sum, value, i) => sum + Math.abs(value - b.pixels[i]!), 0) / a.pixels.length;
    expect(meanDifference).toBeLessThan(3);
  });

  test("downscaling is antialiased: a fine checkerboard becomes gray", async () => {
    const data = Buffer.from({ length: 128 * 128 } as ArrayLike<number>).map(
      (_, i) => (((i % 128) + (i >> 7)) % 2) * 255,
    );
    const file = await sharp(data, { raw: { width: 128, height: 128, channels: 1 } })
      .png()
      .toBuffer();
    const { pixels } = await decodeImage(file, 16, 1);
    for (const value of pixels) expect(Math.abs(value - 127.5)).toBeLessThan(16);
  });
});

describe("Exif orientation", () => {
  // the left half red, as stored; where red is once the picture is upright
  const redSide = { 1: "left", 2: "right", 3: "right", 4: "left", 5: "top", 6: "top", 7: "bottom", 8: "bottom" };
  test.each(Object.entries(redSide))("%s puts red %s", async (orientation, side) => {
    const place = { left: [1, 8], right: [14, 8], top: [8, 1], bottom: [8, 14] } as const;
    const [x, y] = place[side as keyof typeof place];
    for (const format of ["jpeg", "png", "webp", "tiff"] as const) {
      const file = await halves(40, 40, RED, BLUE)
        .withMetadata({ orientation: Number(orientation) })
        [format]()
        .toBuffer();
      const { pixels } = await decodeImage(file, 16, 3);
      expectNear(at(pixels, 16, x, y), RED, 30);
      expectNear(at(pixels, 16, 15 - x, 15 - y), BLUE, 30);
    }
  });
});

describe("colour", () => {
  test("transparency lies on white", async () => {
    for (const format of ["png", "webp", "avif"] as const) {
      for (const side of [16, 40]) {
        const file = await plain(side, side, [200, 10, 10], 0.5)
          [format]({ lossless: true } as never)
          .toBuffer();
        expectNear(at((await decodeImage(file, 16, 3)).pixels, 16, 8, 8), [227, 132, 132], 2);
      }
    }
    const invisible = await plain(16, 16, RED, 0).png().toBuffer();
    expect(at((await decodeImage(invisible, 16, 3)).pixels, 16, 8, 8)).toEqual([255, 255, 255]);
  });

  test("gray, gray with transparency, 16-bit and CMYK pictures", async () => {
    const gray = sharp(await pngOf([90, 90, 90])).toColourspace("b-w");
    for (const file of [await gray.png().toBuffer(), await gray.clone().jpeg().toBuffer()]) {
      expect(await decodeImage(file, 16, 1)).toEqual({ pixels: new Uint8Array(256).fill(90), isGray: true });
      expect(await decodeImage(file, 16, 3)).toEqual({ pixels: new Uint8Array(768).fill(90), isGray: true });
    }
    const half = sharp(await plain(16, 16, [90, 90, 90], 0.5).png().toBuffer()).toColourspace("b-w");
    expectNear(at((await decodeImage(await half.png().toBuffer(), 16, 3)).pixels, 16, 8, 8), [173, 173, 173], 1);
    const deep = sharp(await pngOf([200, 100, 50])).toColourspace("rgb16");
    expectNear(at((await decodeImage(await deep.png().toBuffer(), 16, 3)).pixels, 16, 8, 8), [200, 100, 50], 1);
    const cmyk = await plain(16, 16, [200, 100, 50]).toColourspace("cmyk").jpeg().toBuffer();
    expectNear(at((await decodeImage(cmyk, 16, 3)).pixels, 16, 8, 8), [200, 100, 50], 45);
  });

  test("one channel is luma: 0.299 R + 0.587 G + 0.114 B", async () => {
    const { pixels, isGray } = await decodeImage(await pngOf([200, 100, 50]), 16, 1);
    expect(pixels).toEqual(new Uint8Array(256).fill(Math.round(59.8 + 58.7 + 5.7)));
    expect(isGray).toBe(false);
  });

  test("raw pixels, of the size or not", async () => {
    const raw = { data: new Uint8Array(28 * 28).fill(70), width: 28, height: 28, channels: 1 } as const;
    for (const side of [28, 14, 40]) {
      expect(await decodeImage(raw, side, 1)).toEqual({ pixels: new Uint8Array(side * side).fill(70), isGray: true });
      expect((await decodeImage(raw, side, 3)).pixels).toEqual(new Uint8Array(side * side * 3).fill(70));
    }
  });
});

describe("what cannot be used says why", () => {
  const failure = async (file: Uint8Array) => {
    const error = await decodeImage(file, 16, 3).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UnusableImageError);
    return (error as Error).message;
  };

  test("tiny and huge, whatever the format", async () => {
    for (const format of ["png", "jpeg", "gif", "tiff"] as const) {
      expect(await failure(await plain(1, 1, RED)[format]().toBuffer())).toBe("1 x 1 pixels, under 8 a side");
    }
    expect(await failure(await plain(100, 7, RED).webp().toBuffer())).toBe("100 x 7 pixels, under 8 a side");
    expect(await failure(bilevelPng(20_000, 20_000))).toBe("20000 x 20000 pixels, over 100 million");
    expect(await readImageSize(bilevelPng(10_000, 10_000))).toEqual({ width: 10_000, height: 10_000 });
  });

  test("cut off, in the header or after it, or no picture at all", async () => {
    for (const format of ["jpeg", "png", "webp", "gif", "tiff", "avif"] as const) {
      const whole = await halves(200, 150, RED, BLUE)[format]().toBuffer();
      for (const part of [0.03, 0.5]) {
        expect(await failure(whole.subarray(0, Math.ceil(whole.length * part)))).toMatch(/^cannot be decoded: /);
      }
    }
    expect(await failure(Buffer.from("hello"))).toMatch(/^cannot be decoded: /);
    expect(await failure(new Uint8Array(0))).toMatch(/^cannot be decoded: /);
  });

  test("damaged within", async () => {
    const damaged = Buffer.from(await halves(64, 64, RED, BLUE).png().toBuffer());
    damaged.fill(0x55, damaged.length >> 1, (damaged.length >> 1) + 8);
    expect(await failure(damaged)).toMatch(/^cannot be decoded: /);
  });
});
