/** Textured backgrounds of little colour: smooth noise at two grains, and stripes across it. */
import type { Random } from "../../../compute/random.js";

type Colour = readonly [red: number, green: number, blue: number];

/** A background, float32 [size, size, 3] in 0..1. */
export function drawBackground(size: number, random: Random): Float32Array {
  const lightness = random.uniform(0.35, 0.65);
  const contrast = random.uniform(0.04, 0.16);
  const tint: Colour = [random.uniform(-0.06, 0.06), random.uniform(-0.06, 0.06), random.uniform(-0.06, 0.06)];
  const coarse = smoothNoise(size, random.integer(3) + 3, random);
  const fine = smoothNoise(size, random.integer(8) + 9, random);
  const stripes = stripesOf(size, random);
  const weights = [random.uniform(), 0.6 * random.uniform(), 0.6 * random.uniform()] as const;
  const total = weights[0] + weights[1] + weights[2];
  const picture = new Float32Array(size * size * 3);
  for (let i = 0; i < size * size; i++) {
    const texture = (weights[0] * coarse[i]! + weights[1] * fine[i]! + weights[2] * stripes[i]!) / total;
    for (let c = 0; c < 3; c++) picture[3 * i + c] = clampUnit(lightness + contrast * texture + tint[c]!);
  }
  return picture;
}

/** Random values in -1..1 at the corners of a grid, blended between them. */
function smoothNoise(size: number, cells: number, random: Random): Float32Array {
  const corners = Float32Array.from({ length: (cells + 1) ** 2 }, () => random.uniform(-1, 1));
  const values = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    const y = ((row + 0.5) * cells) / size;
    const top = Math.floor(y);
    for (let column = 0; column < size; column++) {
      const x = ((column + 0.5) * cells) / size;
      const left = Math.floor(x);
      const at = top * (cells + 1) + left;
      const upper = blend(corners[at]!, corners[at + 1]!, x - left);
      const lower = blend(corners[at + cells + 1]!, corners[at + cells + 2]!, x - left);
      values[row * size + column] = blend(upper, lower, y - top);
    }
  }
  return values;
}

/** A wave in any direction, 2 to 8 periods a side. */
function stripesOf(size: number, random: Random): Float32Array {
  const direction = random.uniform(0, Math.PI);
  const frequency = (2 * Math.PI * random.uniform(2, 8)) / size;
  const phase = random.uniform(0, 2 * Math.PI);
  const [right, down] = [frequency * Math.cos(direction), frequency * Math.sin(direction)];
  return Float32Array.from({ length: size * size }, (_, i) =>
    Math.sin(right * (i % size) + down * Math.floor(i / size) + phase),
  );
}

/** Between a and b, level at both ends. */
function blend(a: number, b: number, share: number): number {
  const smooth = share * share * (3 - 2 * share);
  return a + (b - a) * smooth;
}

function clampUnit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
