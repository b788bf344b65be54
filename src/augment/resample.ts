/**
 * Antialiased bilinear resampling of a rectangle of the cached square, as Pillow and
 * `torch.nn.functional.interpolate(mode="bilinear", antialias=True)` define it: a triangle filter as wide as the
 * reduction (never narrower than one source pixel), cut at the rectangle's edge and normalised.
 *
 * Most of the time of a view is spent here, hence the shape of the loops: weights stay in local variables while a whole
 * line passes by, and four taps at a time cover every reduction to at least half the size without a loop over taps.
 */
import type { View } from "./augmentation.js";

/** A rectangle of source pixels. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Fill `view.data` with `box` of the source, resized to the view and scaled from 0..255 to 0..1. */
export function resample(view: View, box: Rectangle): void {
  const down = filterFor(box.height, view.size);
  const makeLine = down.taps === 4 ? fourTapLine : manyTapLine;
  for (let y = 0; y < view.size; y++) makeLine(view, box, down, y);

  const across = filterFor(box.width, view.size);
  const makeColumn = across.taps === 4 ? fourTapColumn : manyTapColumn;
  for (let channel = 0; channel < view.channels; channel++) {
    for (let x = 0; x < view.size; x++) makeColumn(view, box.width, across, channel, x);
  }
}

/** Output i is the sum over k of `weights[i * taps + k]` times input `inputs[i * taps + k]`. */
export interface Filter {
  /** A multiple of four; what a window does not need weighs 0. */
  readonly taps: number;
  readonly inputs: Int32Array;
  readonly weights: Float64Array;
}

const filters = new Map<number, Filter>();

/** The filter between two lengths; remembered, because a square of side S has only S of them per view size. */
export function filterFor(inputSize: number, outputSize: number): Filter {
  const id = inputSize * 65_536 + outputSize;
  const known = filters.get(id);
  if (known) return known;
  const made = triangleFilter(inputSize, outputSize);
  filters.set(id, made);
  return made;
}

function triangleFilter(inputSize: number, outputSize: number): Filter {
  const scale = inputSize / outputSize;
  const reach = Math.max(scale, 1);
  const windows = Array.from({ length: outputSize }, (_, i) => triangleWindow((i + 0.5) * scale, reach, inputSize));
  const taps = 4 * Math.ceil(Math.max(...windows.map(({ weights }) => weights.length)) / 4);
  const inputs = new Int32Array(outputSize * taps);
  const weights = new Float64Array(outputSize * taps);
  windows.forEach((window, i) => {
    for (let k = 0; k < taps; k++) {
      inputs[i * taps + k] = Math.min(window.first + k, inputSize - 1);
      weights[i * taps + k] = window.weights[k] ?? 0;
    }
  });
  return { taps, inputs, weights };
}

/** The inputs within `reach` of `centre` that exist, by nearness; positions are of pixel edges, so pixel p is at p + ½. */
function triangleWindow(centre: number, reach: number, inputSize: number): { first: number; weights: number[] } {
  const lowest = Math.max(0, Math.floor(centre - reach + 0.5));
  const end = Math.min(inputSize, Math.floor(centre + reach + 0.5));
  const nearness = Array.from({ length: end - lowest }, (_, k) => 1 - Math.abs(lowest + k + 0.5 - centre) / reach);
  const skipped = nearness.findIndex((weight) => weight > 0);
  const used = nearness.slice(skipped).filter((weight) => weight > 0);
  const total = used.reduce((sum, weight) => sum + weight, 0);
  return { first: lowest + skipped, weights: used.map((weight) => weight / total) };
}

/**
 * Line y of `view.rows` [size, box.width, C], in 0..255, from the interleaved bytes of the box; for reductions to no
 * less than half.
 */
function fourTapLine(view: View, box: Rectangle, filter: Filter, y: number): void {
  const { source, rows } = view;
  const { inputs, weights } = filter;
  const { stride, corner, length } = bytesOf(view, box);
  const tap = 4 * y;
  const weightA = weights[tap]!;
  const weightB = weights[tap + 1]!;
  const weightC = weights[tap + 2]!;
  const weightD = weights[tap + 3]!;
  const lineA = corner + inputs[tap]! * stride;
  const lineB = corner + inputs[tap + 1]! * stride;
  const lineC = corner + inputs[tap + 2]! * stride;
  const lineD = corner + inputs[tap + 3]! * stride;
  const target = y * length;
  for (let i = 0; i < length; i++) {
    const upper = weightA * source[lineA + i]! + weightB * source[lineB + i]!;
    rows[target + i] = upper + weightC * source[lineC + i]! + weightD * source[lineD + i]!;
  }
}

/** The same line for stronger reductions. */
function manyTapLine(view: View, box: Rectangle, filter: Filter, y: number): void {
  const { source, rows } = view;
  const { taps, inputs, weights } = filter;
  const { stride, corner, length } = bytesOf(view, box);
  const target = y * length;
  rows.fill(0, target, target + length);
  for (let tap = y * taps; tap < (y + 1) * taps; tap++) {
    const weight = weights[tap]!;
    const line = corner + inputs[tap]! * stride;
    for (let i = 0; i < length; i++) rows[target + i] = rows[target + i]! + weight * source[line + i]!;
  }
}

/** Where the box lies in the source: bytes between lines, first byte, bytes a line. */
function bytesOf(view: View, box: Rectangle): { stride: number; corner: number; length: number } {
  const stride = view.sourceSize * view.channels;
  return { stride, corner: box.top * stride + box.left * view.channels, length: box.width * view.channels };
}

const UNIT = 1 / 255;

/** Column x of one channel of the picture, in 0..1, from `view.rows`; for reductions to no less than half. */
function fourTapColumn(view: View, width: number, filter: Filter, channel: number, x: number): void {
  const { size, channels, rows, data } = view;
  const { inputs, weights } = filter;
  const tap = 4 * x;
  const weightA = weights[tap]! * UNIT;
  const weightB = weights[tap + 1]! * UNIT;
  const weightC = weights[tap + 2]! * UNIT;
  const weightD = weights[tap + 3]! * UNIT;
  const fromA = inputs[tap]! * channels + channel;
  const fromB = inputs[tap + 1]! * channels + channel;
  const fromC = inputs[tap + 2]! * channels + channel;
  const fromD = inputs[tap + 3]! * channels + channel;
  const stride = width * channels;
  const target = channel * size * size + x;
  for (let y = 0, line = 0; y < size; y++, line += stride) {
    const left = weightA * rows[line + fromA]! + weightB * rows[line + fromB]!;
    data[target + y * size] = left + weightC * rows[line + fromC]! + weightD * rows[line + fromD]!;
  }
}

/** The same column for stronger reductions. */
function manyTapColumn(view: View, width: number, filter: Filter, channel: number, x: number): void {
  const { size, channels, rows, data } = view;
  const { taps, inputs, weights } = filter;
  const stride = width * channels;
  const target = channel * size * size + x;
  for (let y = 0, line = channel; y < size; y++, line += stride) {
    let sum = 0;
    for (let tap = x * taps; tap < (x + 1) * taps; tap++) sum += weights[tap]! * rows[line + inputs[tap]! * channels]!;
    data[target + y * size] = sum * UNIT;
  }
}
