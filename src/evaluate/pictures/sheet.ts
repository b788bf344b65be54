/** The paper all pictures are drawn on: one font, one palette, sharp at twice the size. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { type Canvas, createCanvas, GlobalFonts, ImageData, type SKRSContext2D } from "@napi-rs/canvas";

/** Where pictures of images come from: uint8, [size, size, channels], row by row. */
export interface ImagePixels {
  readonly size: number;
  readonly channels: 1 | 3;
  pixels(index: number): Uint8Array;
}

export const INK = "#1d1f24";
export const FAINT = "#7a7f8a";
export const HAIRLINE = "#e2dfd8";
export const PAPER = "#fbfaf7";
export const EDGE = "rgba(0, 0, 0, 0.10)";
export const GOOD = "#2f9e5b";

/** Colours that stay apart on paper and for most colour-blind readers; the last is for everything else. */
export const PALETTE = [
  "#3366cc",
  "#e07b39",
  "#2f9e5b",
  "#c0392b",
  "#7d5ab5",
  "#8c6d46",
  "#d667a8",
  "#16a1b0",
  "#a3a11c",
  "#44546a",
  "#6cc04a",
  "#f0b429",
] as const;
export const OTHER = "#b9b6ae";

const FONT = "Darkmatter Sans";
const PIXELS_PER_POINT = 2;
let hasFont = false;

export interface TextStyle {
  readonly size?: number;
  readonly color?: string;
  readonly isBold?: boolean;
  readonly align?: "left" | "center" | "right";
}

/** A drawing surface measured in points. */
export class Sheet {
  readonly context: SKRSContext2D;
  readonly #canvas: Canvas;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    registerFonts();
    this.#canvas = createCanvas(Math.ceil(width) * PIXELS_PER_POINT, Math.ceil(height) * PIXELS_PER_POINT);
    this.context = this.#canvas.getContext("2d");
    this.context.scale(PIXELS_PER_POINT, PIXELS_PER_POINT);
    this.context.fillStyle = PAPER;
    this.context.fillRect(0, 0, width, height);
  }

  /** Text with its baseline at y. */
  text(words: string, x: number, y: number, style: TextStyle = {}): void {
    this.context.font = fontOf(style);
    this.context.textAlign = style.align ?? "left";
    this.context.fillStyle = style.color ?? INK;
    this.context.fillText(words, x, y);
  }

  /** Width of a text in points. */
  measure(words: string, style: TextStyle = {}): number {
    this.context.font = fontOf(style);
    return this.context.measureText(words).width;
  }

  /** Title and a line below it, at the top left. */
  heading(title: string, subtitle: string, x: number): void {
    this.text(title, x, 38, { size: 19, isBold: true });
    this.text(subtitle, x, 60, { size: 12, color: FAINT });
  }

  rectangle(x: number, y: number, width: number, height: number, stroke: string, lineWidth = 1): void {
    this.context.strokeStyle = stroke;
    this.context.lineWidth = lineWidth;
    this.context.strokeRect(x, y, width, height);
  }

  /** An image as a square; enlarged without smoothing so that small images stay what they are. */
  image(images: ImagePixels, index: number, x: number, y: number, side: number): void {
    this.picture(rgbaOf(images.pixels(index), images.channels), images.size, x, y, side, side < images.size);
    this.rectangle(x + 0.25, y + 0.25, side - 0.5, side - 0.5, EDGE, 0.5);
  }

  /** RGBA pixels [size, size, 4] as a square. */
  picture(rgba: Uint8ClampedArray, size: number, x: number, y: number, side: number, isSmooth: boolean): void {
    const tile = createCanvas(size, size);
    tile.getContext("2d").putImageData(new ImageData(rgba, size, size), 0, 0);
    this.context.imageSmoothingEnabled = isSmooth;
    this.context.imageSmoothingQuality = "high";
    this.context.drawImage(tile, x, y, side, side);
  }

  toPng(): Buffer {
    return this.#canvas.toBuffer("image/png");
  }

  /** RGBA pixels [height, width, 4]: two for each point. */
  toPixels(): { readonly width: number; readonly height: number; readonly rgba: Uint8ClampedArray } {
    const { width, height } = this.#canvas;
    return { width, height, rgba: this.context.getImageData(0, 0, width, height).data };
  }
}

/** Write a PNG whole or not at all; its folder is made if need be. */
export async function writePng(path: string, sheet: Sheet): Promise<void> {
  await writePicture(path, sheet.toPng());
}

/** Write the bytes of a picture, as `writePng` does. */
export async function writePicture(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`; // same folder as `path`: rename stays atomic
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}

function rgbaOf(pixels: Uint8Array, channels: 1 | 3): Uint8ClampedArray {
  const numPixels = pixels.length / channels;
  const rgba = new Uint8ClampedArray(numPixels * 4).fill(255);
  for (let i = 0; i < numPixels; i++) {
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = pixels[i * channels + (channels === 1 ? 0 : c)]!;
  }
  return rgba;
}

function fontOf({ size = 12, isBold = false }: TextStyle): string {
  return `${isBold ? "bold " : ""}${size}px "${FONT}"`;
}

function registerFonts(): void {
  if (hasFont) return;
  const require = createRequire(import.meta.url);
  for (const file of ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"]) {
    GlobalFonts.registerFromPath(require.resolve(`dejavu-fonts-ttf/ttf/${file}`), FONT);
  }
  hasFont = true;
}
