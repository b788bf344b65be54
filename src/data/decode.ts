/**
 * An encoded image becomes a square of uint8: upright, on white where it is transparent, the centre square of its
 * shorter side, resized to S by S with an antialiased Lanczos filter.
 *
 * Small plain files go through @napi-rs/image, which costs a tenth of sharp's per-call overhead; large files (sharp
 * shrinks while it decodes), other formats, turned or deep images, and whatever the first decoder refuses go through
 * sharp. Embedded colour profiles are followed by sharp only.
 */
import napiImage from "@napi-rs/image";
import sharp, { type Sharp } from "sharp";
import { DarkmatterError } from "../compute/errors.js";
import { type ImageHeader, readImageHeader } from "./image-header.js";

/** Pixels that need no decoder: uint8, row after row of interleaved channels. */
export interface RawImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** The bytes of an image file, or pixels as they are. */
export type ImageBytes = Uint8Array | RawImage;

export interface DecodedImage {
  /** uint8 [S, S, C]. */
  readonly pixels: Uint8Array;
  /** No pixel has a colour; known whatever C is. */
  readonly isGray: boolean;
}

/** This file cannot be used; the message says why in the words of the skipped list. */
export class UnusableImageError extends DarkmatterError {
  override readonly name = "UnusableImageError";
}

export const MIN_SIDE = 8;
export const MAX_PIXELS = 100_000_000;

/** Above this many pixels sharp is the faster decoder (2 cores, November 2026). */
const FAST_DECODER_MAX_PIXELS = { jpeg: 300_000, png: 600_000, webp: 65_000 } as const;
/** It also resizes what the centre crop then throws away. */
const FAST_DECODER_MAX_ASPECT_RATIO = 4;
const NAPI_LANCZOS3 = 5;
/** Channels of a gray picture may differ by this much after a lossy round trip. */
const GRAY_TOLERANCE = 2;

// many images are in flight at once, so a second thread within one image only adds overhead
sharp.concurrency(1);
sharp.cache(false);

/**
 * Decode one image.
 * @throws UnusableImageError if it is corrupt, under 8 pixels a side, or over 100 million pixels
 */
export async function decodeImage(image: ImageBytes, imageSize: number, channels: 1 | 3): Promise<DecodedImage> {
  const source = isRaw(image) ? await squareOfRaw(image, imageSize) : await squareOfFile(image, imageSize);
  return flatten(source, imageSize, channels);
}

/**
 * Width and height as stored, without decoding.
 * @throws UnusableImageError as `decodeImage`, as far as the header can tell
 */
export async function readImageSize(image: ImageBytes): Promise<{ width: number; height: number }> {
  const size = isRaw(image) ? image : (readImageHeader(image) ?? (await readHeaderWithSharp(image)));
  checkSize(size.width, size.height);
  return { width: size.width, height: size.height };
}

function isRaw(image: ImageBytes): image is RawImage {
  return "data" in image;
}

/** S x S pixels with 1 to 4 channels, the channel count following from their length. */
async function squareOfFile(bytes: Uint8Array, imageSize: number): Promise<Uint8Array> {
  const header = readImageHeader(bytes);
  const { width, height } = await readImageSize(bytes);
  if (header?.isPlain && isFastWithNapi(header)) {
    try {
      return await squareWithNapi(bytes, width, height, imageSize);
    } catch {
      // sharp has the last word on what can be decoded
    }
  }
  return await squareWithSharp(sharp(bytes, { limitInputPixels: MAX_PIXELS }), imageSize);
}

function isFastWithNapi({ format, width, height }: ImageHeader): boolean {
  const aspectRatio = Math.max(width, height) / Math.min(width, height);
  return width * height <= FAST_DECODER_MAX_PIXELS[format] && aspectRatio <= FAST_DECODER_MAX_ASPECT_RATIO;
}

async function squareOfRaw(image: RawImage, imageSize: number): Promise<Uint8Array> {
  const { data, width, height, channels } = image;
  checkSize(width, height);
  if (width === imageSize && height === imageSize) return data;
  return await squareWithSharp(sharp(data, { raw: { width, height, channels } }), imageSize);
}

async function squareWithNapi(bytes: Uint8Array, width: number, height: number, imageSize: number) {
  const image = new napiImage.Transformer(bytes);
  const scale = imageSize / Math.min(width, height);
  const [scaledWidth, scaledHeight] = [Math.round(width * scale), Math.round(height * scale)];
  // whatever the order of these calls, the package resizes first and crops then
  if (scale !== 1) image.fastResize({ width: scaledWidth, height: scaledHeight, filter: NAPI_LANCZOS3 });
  if (scaledWidth !== scaledHeight) {
    image.crop((scaledWidth - imageSize) >> 1, (scaledHeight - imageSize) >> 1, imageSize, imageSize);
  }
  return await image.rawPixels();
}

async function squareWithSharp(image: Sharp, imageSize: number): Promise<Uint8Array> {
  try {
    return await image
      .autoOrient()
      .resize(imageSize, imageSize, { fit: "cover", position: "centre", kernel: "lanczos3" })
      .flatten({ background: "#fff" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer();
  } catch (cause) {
    throw unreadable(cause);
  }
}

async function readHeaderWithSharp(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  try {
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): UnusableImageError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const firstLine = message.split("\n")[0]!.trim().slice(0, 120);
  return new UnusableImageError(`cannot be decoded: ${firstLine}`, { cause });
}

function checkSize(width: number, height: number): void {
  if (Math.min(width, height) < MIN_SIDE) {
    throw new UnusableImageError(`${width} x ${height} pixels, under ${MIN_SIDE} a side`);
  }
  if (width * height > MAX_PIXELS) {
    throw new UnusableImageError(`${width} x ${height} pixels, over ${MAX_PIXELS / 1e6} million`);
  }
}

/** Lay 1 to 4 channels on white and pack them as gray or RGB. */
function flatten(source: Uint8Array, imageSize: number, channels: 1 | 3): DecodedImage {
  const numPixels = imageSize * imageSize;
  const numSourceChannels = source.length / numPixels;
  if (![1, 2, 3, 4].includes(numSourceChannels)) {
    throw new UnusableImageError(`decoded to ${numSourceChannels} bytes a pixel`);
  }
  const hasColour = numSourceChannels >= 3;
  const hasAlpha = numSourceChannels % 2 === 0;
  const pixels = new Uint8Array(numPixels * channels);
  let isGray = true;
  for (let from = 0, to = 0; from < source.length; from += numSourceChannels, to += channels) {
    let red = source[from]!;
    let green = hasColour ? source[from + 1]! : red;
    let blue = hasColour ? source[from + 2]! : red;
    if (hasAlpha) {
      const opacity = source[from + numSourceChannels - 1]! / 255;
      red = onWhite(red, opacity);
      green = onWhite(green, opacity);
      blue = onWhite(blue, opacity);
    }
    if (Math.abs(red - green) > GRAY_TOLERANCE || Math.abs(red - blue) > GRAY_TOLERANCE) isGray = false;
    if (channels === 3) {
      pixels[to] = red;
      pixels[to + 1] = green;
      pixels[to + 2] = blue;
    } else {
      pixels[to] = luma(red, green, blue);
    }
  }
  return { pixels, isGray };
}

function onWhite(value: number, opacity: number): number {
  return Math.round(255 + (value - 255) * opacity);
}

/** Gray of a colour, ITU-R BT.601. */
function luma(red: number, green: number, blue: number): number {
  return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
}
