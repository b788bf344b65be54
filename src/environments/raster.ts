/** Pictures of simple shapes: each pixel takes on a colour by the exact share of it that a shape covers. */

/**
 * A picture in the making: [size, size, channels] bytes, row by row, channels innermost. Lengths are in pixels from its
 * upper left corner: pixel (column, row) is the square from (column, row) to (column + 1, row + 1).
 */
export interface Picture {
  readonly size: number;
  readonly channels: number;
  readonly bytes: Uint8Array;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Something that can be painted. */
export interface Shape {
  /** Nothing of it lies outside. */
  readonly bounds: Box;
  /** Share of a pixel that it covers, from 0 to 1. */
  coverage(column: number, row: number): number;
}

export function boxShape(bounds: Box): Shape {
  return {
    bounds,
    coverage: (column, row) => overlap(column, bounds.left, bounds.right) * overlap(row, bounds.top, bounds.bottom),
  };
}

/** How much of the pixel [at, at + 1) lies between two places. */
function overlap(at: number, from: number, to: number): number {
  return Math.max(0, Math.min(at + 1, to) - Math.max(at, from));
}

export function discShape({ x, y, radius }: Disc): Shape {
  const areaBefore = (right: number, bottom: number) =>
    radius ** 2 * unitDiscBefore((right - x) / radius, (bottom - y) / radius);
  return {
    bounds: { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius },
    coverage(column, row) {
      const below = areaBefore(column + 1, row + 1) - areaBefore(column, row + 1);
      const above = areaBefore(column + 1, row) - areaBefore(column, row);
      return Math.min(1, Math.max(0, below - above)); // but for rounding it lies there already
    },
  };
}

/**
 * Area of the part of the unit disc that lies left of a and above b: with S(c) = π/2 + c √(1 − c²) + asin c, the part on
 * one side of a chord, (S(a) + S(b)) / 2 + a b − π/4 where the corner (a, b) lies within the disc, and otherwise
 * S(a) + S(b) − π, S of one or nothing, by the quarter that it lies in.
 */
function unitDiscBefore(a: number, b: number): number {
  if (a <= -1 || b <= -1) return 0;
  if (a >= 1) return areaBesideChord(b);
  if (b >= 1) return areaBesideChord(a);
  if (a * a + b * b <= 1) return (areaBesideChord(a) + areaBesideChord(b)) / 2 + a * b - Math.PI / 4;
  if (a > 0) return b > 0 ? areaBesideChord(a) + areaBesideChord(b) - Math.PI : areaBesideChord(b);
  return b > 0 ? areaBesideChord(a) : 0;
}

function areaBesideChord(at: number): number {
  if (at >= 1) return Math.PI;
  return Math.PI / 2 + at * Math.sqrt(1 - at * at) + Math.asin(at);
}

/**
 * Lay a shape over what is there; what lies outside the picture is cut off.
 * @param colour a byte for each channel
 */
export function paint(
  { size, channels, bytes }: Picture,
  { bounds, coverage }: Shape,
  colour: readonly number[],
): void {
  const [firstRow, lastRow] = pixelsWithin(bounds.top, bounds.bottom, size);
  const [firstColumn, lastColumn] = pixelsWithin(bounds.left, bounds.right, size);
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const share = coverage(column, row);
      const first = channels * (row * size + column);
      for (let c = 0; c < channels; c++) {
        const below = bytes[first + c]!;
        bytes[first + c] = Math.round(below + share * (colour[c]! - below));
      }
    }
  }
}

function pixelsWithin(from: number, to: number, size: number): readonly [first: number, last: number] {
  return [Math.max(0, Math.floor(from)), Math.min(size, Math.ceil(to)) - 1];
}
