/** Pictures, folders and sources for the tests of this room, made on the fly. */
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { deflateSync, gzipSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { pack } from "tar-stream";
import { afterEach, beforeEach } from "vitest";
import { openSource } from "../cached-set.js";
import type { RawImage } from "../decode.js";
import { labelsFromNames } from "../groupings.js";
import type { ImageSet } from "../image-set.js";
import type { ImageSource } from "../image-source.js";

export type Colour = readonly [red: number, green: number, blue: number];
export const RED: Colour = [255, 0, 0];
export const BLUE: Colour = [0, 0, 255];

/** A folder of one test, removed after it. */
export function useTemporaryFolder(): {
  path(...parts: string[]): string;
  write(path: string, content: Uint8Array | string): string;
} {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "darkmatter-data-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  return {
    path: (...parts) => join(root, ...parts),
    write(path, content) {
      const absolute = join(root, path);
      mkdirSync(dirname(absolute), { recursive: true });
      writeFileSync(absolute, content);
      return absolute;
    },
  };
}

/** One colour, as a sharp pipeline that any format can be made from. */
export function plain(width: number, height: number, [red, green, blue]: Colour, alpha = 1): Sharp {
  const channels = alpha === 1 ? 3 : 4;
  return sharp({ create: { width, height, channels, background: { r: red, g: green, b: blue, alpha } } });
}

/** The left half in one colour, the right half in another. */
export function halves(width: number, height: number, left: Colour, right: Colour): Sharp {
  const data = Buffer.alloc(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) data.set(pixel % width < width / 2 ? left : right, 3 * pixel);
  return sharp(data, { raw: { width, height, channels: 3 } });
}

export function pngOf(colour: Colour, side = 16): Promise<Buffer> {
  return plain(side, side, colour).png().toBuffer();
}

/** A whole, valid, white one-bit PNG of any size. */
export function bilevelPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(1, 8);
  const rows = Buffer.alloc(height * (1 + Math.ceil(width / 8)), 0xff);
  for (let row = 0; row < height; row++) rows[row * (1 + Math.ceil(width / 8))] = 0;
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 1 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(kind: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** A tar archive of these files. */
export async function tarOf(files: Readonly<Record<string, Uint8Array | string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, Buffer.from(content as Uint8Array));
  archive.finalize();
  return await buffer(archive as unknown as AsyncIterable<Uint8Array> as never);
}

export async function tgzOf(files: Readonly<Record<string, Uint8Array | string>>): Promise<Buffer> {
  return gzipSync(await tarOf(files));
}

export interface SourceOptions {
  readonly classNames?: readonly (string | undefined)[];
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  readonly fingerprint?: string;
}

/** A source of raw pictures called 0, 1, 2... */
export function sourceOfRaw(images: readonly RawImage[], options: SourceOptions = {}): ImageSource {
  const { classNames, attributes = {}, fingerprint = "0".repeat(16) } = options;
  const paths = images.map((_, i) => `${i}`);
  const loadable = images.map((image, i) => ({ path: paths[i]!, load: async () => image }));
  return {
    name: "made",
    identity: "made",
    fingerprint,
    list: async () => ({
      paths,
      sample: loadable,
      skipped: [],
      warnings: [],
      ...(classNames && { labels: labelsFromNames(classNames) }),
      attributes: Object.fromEntries(Object.entries(attributes).map(([name, names]) => [name, labelsFromNames(names)])),
      async *images() {
        yield* loadable;
      },
    }),
  };
}

/** Gray pictures of `side` pixels, every pixel of the i-th being `grayOf(i)`. */
export function grayImages(count: number, side = 8, grayOf = (i: number) => i): RawImage[] {
  return Array.from({ length: count }, (_, i) => ({
    data: new Uint8Array(side * side).fill(grayOf(i)),
    width: side,
    height: side,
    channels: 1,
  }));
}

/** A set of gray pictures whose i-th has the value i everywhere. */
export function graySet(folder: string, count: number, options: SourceOptions = {}): Promise<ImageSet> {
  const fingerprint = randomUUID().replaceAll("-", "");
  return openSource(sourceOfRaw(grayImages(count), { fingerprint, ...options }), { trainingSize: 8, cacheDir: folder });
}

/** The first value of each picture. */
export function firstValues(
  set: Pick<ImageSet, "readPixels" | "imageSize" | "channels">,
  indices: readonly number[],
): number[] {
  const pixels = set.readPixels(indices);
  return indices.map((_, i) => pixels[i * set.imageSize ** 2 * set.channels]!);
}
