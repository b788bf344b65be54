/** A window of a series as a small picture: a line a channel, or for rows of a table a bar a column. */
import { createCanvas, type SKRSContext2D } from "@napi-rs/canvas";

/** Colours that stay apart on paper and for most colour-blind readers. */
const PALETTE = ["#3366cc", "#e07b39", "#2f9e5b", "#c0392b", "#7d5ab5", "#8c6d46", "#d667a8", "#16a1b0"] as const;
const PAPER = "#ffffff";
const AXIS = "#d9d6cf";
/** Pixels a side. */
export const WINDOW_PICTURE_SIZE = 192;
/** Standard deviations from the middle to the upper edge. */
const REACH = 3;
const RGBA = 4;

/**
 * Draw a window over its mean, three standard deviations up and down; what goes beyond is cut.
 * @param values float32 [C, T], standardised
 * @returns uint8 RGB [192, 192, 3]
 */
export function drawWindow(values: Float32Array, channels: number): Uint8Array {
  const side = WINDOW_PICTURE_SIZE;
  const context = createCanvas(side, side).getContext("2d");
  context.fillStyle = PAPER;
  context.fillRect(0, 0, side, side);
  context.fillStyle = AXIS;
  context.fillRect(0, side / 2 - 0.5, side, 1);
  const T = values.length / channels;
  if (T === 1) drawBars(context, values);
  else for (let c = 0; c < channels; c++) drawLine(context, values.subarray(c * T, (c + 1) * T), colourOf(c));
  return withoutAlpha(context.getImageData(0, 0, side, side).data);
}

function drawLine(context: SKRSContext2D, values: Float32Array, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 2.5;
  context.lineJoin = "round";
  context.beginPath();
  for (const [t, value] of values.entries()) {
    const x = ((t + 0.5) / values.length) * WINDOW_PICTURE_SIZE;
    if (t === 0) context.moveTo(x, heightOf(value));
    else context.lineTo(x, heightOf(value));
  }
  context.stroke();
}

function drawBars(context: SKRSContext2D, values: Float32Array): void {
  const width = WINDOW_PICTURE_SIZE / values.length;
  for (const [c, value] of values.entries()) {
    const [middle, end] = [heightOf(0), heightOf(value)];
    context.fillStyle = colourOf(c);
    context.fillRect((c + 0.15) * width, Math.min(middle, end), 0.7 * width, Math.abs(end - middle));
  }
}

function heightOf(value: number): number {
  return (0.5 - value / (2 * REACH)) * WINDOW_PICTURE_SIZE;
}

function colourOf(channel: number): string {
  return PALETTE[channel % PALETTE.length]!;
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / RGBA) * 3);
  for (let pixel = 0; pixel < rgba.length / RGBA; pixel++) {
    rgb.set(rgba.subarray(RGBA * pixel, RGBA * pixel + 3), 3 * pixel);
  }
  return rgb;
}
