/** One digit as somebody wrote it: its class and hand, and the picture of both. */
import type { Random } from "../../compute/random.js";
import { corners, DIGITS } from "./strokes.js";

export const NUM_CLASSES = DIGITS.length;

/** How a glyph looks. Lengths are shares of the side of its box, so that one hand writes the same in every size. */
export interface Appearance {
  /** The digit, 0 to 9. */
  readonly class: number;
  /** Half the height of the strokes' middle line. */
  readonly scale: number;
  /** Width over height, 1 as the strokes are defined. */
  readonly aspect: number;
  /** Sideways shift for each unit of height: above 0 it leans to the right. */
  readonly slant: number;
  /** Thickness of the strokes. */
  readonly width: number;
}

const SCALE = [0.29, 0.37] as const;
const ASPECT = [0.85, 1.15] as const;
const SLANT = [-0.25, 0.25] as const;
const WIDTH = [0.07, 0.125] as const;

/** A class uniform over the ten, in a hand of its own. */
export function drawAppearance(random: Random): Appearance {
  return {
    class: random.integer(NUM_CLASSES),
    scale: random.uniform(...SCALE),
    aspect: random.uniform(...ASPECT),
    slant: random.uniform(...SLANT),
    width: random.uniform(...WIDTH),
  };
}

const BRIGHT = 255;

/**
 * [side, side] bytes: 255 min(1, max(0, width / 2 + ½ − d)) with d the distance of a pixel's centre from the nearest
 * stroke, in pixels: full inside, fading over one pixel at the edge. Everything lies within the box.
 */
export function drawGlyph(appearance: Appearance, side: number): Uint8Array {
  const picture = new Uint8Array(side * side);
  const reach = (appearance.width * side) / 2 + 0.5;
  for (const stroke of DIGITS[appearance.class]!) {
    const chain = corners(stroke).map((corner) => placed(corner, appearance, side));
    for (let i = 1; i < chain.length; i++) drawLine(picture, { from: chain[i - 1]!, to: chain[i]!, reach, side });
  }
  return picture;
}

type Point = readonly [x: number, y: number];

/** From the frame of the strokes to pixels, whose centres lie at halves. */
function placed([x, y]: Point, { scale, aspect, slant }: Appearance, side: number): Point {
  const unit = scale * side;
  return [side / 2 + unit * (aspect * x - slant * y), side / 2 + unit * y];
}

interface Brush {
  readonly from: Point;
  readonly to: Point;
  /** Distance from the line at which nothing is left of it. */
  readonly reach: number;
  readonly side: number;
}

function drawLine(picture: Uint8Array, { from, to, reach, side }: Brush): void {
  const [firstColumn, lastColumn] = pixelsWithin(from[0], to[0], reach, side);
  const [firstRow, lastRow] = pixelsWithin(from[1], to[1], reach, side);
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const ink = Math.round(BRIGHT * Math.min(1, reach - distanceToLine(column + 0.5, row + 0.5, from, to)));
      const at = row * side + column;
      if (ink > picture[at]!) picture[at] = ink;
    }
  }
}

function pixelsWithin(a: number, b: number, reach: number, side: number): readonly [first: number, last: number] {
  const low = Math.floor(Math.min(a, b) - reach);
  const high = Math.floor(Math.max(a, b) + reach);
  return [Math.max(0, low), Math.min(side - 1, high)];
}

function distanceToLine(x: number, y: number, [x0, y0]: Point, [x1, y1]: Point): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy);
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}
