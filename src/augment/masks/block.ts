/** Rectangles of places. */
import { ValueError } from "../../compute/errors.js";
import type { Random } from "../../compute/random.js";

export interface BlockShape {
  readonly height: number;
  readonly width: number;
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

export function areaOf({ height, width }: BlockShape): number {
  return height * width;
}

/**
 * All shapes of one area. Of the areas that are the wanted share of the grid it is the one with the most shapes, then
 * the nearest to the middle of the share; on a grid too coarse for any, the nearest area.
 * @param aspect height / width
 * @throws ValueError if no share or no shape is possible
 */
export function blockShapes(gridSize: number, share: Range, aspect: Range): readonly BlockShape[] {
  if (share.min > share.max) {
    throw new ValueError("blockMask", "targetShareMin", `at most targetShareMax = ${share.max}`, share.min);
  }
  const sides = Array.from({ length: gridSize }, (_, i) => i + 1);
  const shapes = sides.flatMap((height) => sides.map((width) => ({ height, width })));
  const allowed = shapes.filter(({ height, width }) => height / width >= aspect.min && height / width <= aspect.max);
  const areas = [...new Set(allowed.map(areaOf))];
  const [least, most] = [share.min * gridSize ** 2, share.max * gridSize ** 2];
  const outside = (area: number): number => Math.max(least - area, area - most, 0);
  const fromMiddle = (area: number): number => Math.abs(area - (least + most) / 2);
  const shapesOf = (area: number): readonly BlockShape[] => allowed.filter((shape) => areaOf(shape) === area);
  const [best] = areas.sort(
    (a, b) => outside(a) - outside(b) || shapesOf(b).length - shapesOf(a).length || fromMiddle(a) - fromMiddle(b),
  );
  return shapesOf(best!);
}

/** The places of a block somewhere on the grid, ascending. */
export function drawBlock(gridSize: number, { height, width }: BlockShape, random: Random): number[] {
  const top = random.integer(gridSize - height + 1);
  const left = random.integer(gridSize - width + 1);
  return Array.from(
    { length: height * width },
    (_, i) => (top + Math.floor(i / width)) * gridSize + left + (i % width),
  );
}

/** Some of the places, without replacement, ascending. */
export function someOf(places: readonly number[], count: number, random: Random): number[] {
  const order = random.permutation(places.length).subarray(0, count).sort();
  return Array.from(order, (i) => places[i]!);
}
