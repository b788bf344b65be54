/** Lines of equal height through a grid of numbers. Source: marching squares (Lorensen and Cline 1987, in two dimensions). */

/** From one point to another, in columns and rows of the grid. */
export type Stretch = readonly [fromX: number, fromY: number, toX: number, toY: number];

/**
 * The stretches at which values [height, width], read between neighbours as on a ramp, are just at a level. Squares with a
 * NaN at a corner have none. Of the two ways through a saddle the one is taken that keeps what is higher apart.
 */
export function levelLine(values: Float64Array, width: number, level: number): Stretch[] {
  const stretches: Stretch[] = [];
  const height = values.length / width;
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      const corners = [y * width + x, y * width + x + 1, (y + 1) * width + x + 1, (y + 1) * width + x];
      const heights = corners.map((corner) => values[corner]! - level);
      if (heights.some(Number.isNaN)) continue;
      // Around the square: where one corner is below the level and the next is not, or the other way round.
      const crossings: [number, number][] = [];
      for (let side = 0; side < 4; side++) {
        const [a, b] = [heights[side]!, heights[(side + 1) % 4]!];
        if (a < 0 === b < 0) continue;
        const share = a / (a - b);
        const [from, to] = [AROUND[side]!, AROUND[(side + 1) % 4]!];
        crossings.push([x + from[0] + share * (to[0] - from[0]), y + from[1] + share * (to[1] - from[1])]);
      }
      // With four crossings the corners alternate; each high corner is cut off by the two crossings beside it.
      const isFirstHigh = heights[0]! >= 0;
      const pairs = crossings.length === 4 && isFirstHigh ? [3, 0, 1, 2] : [0, 1, 2, 3];
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        const [from, to] = [crossings[pairs[i]!]!, crossings[pairs[i + 1]!]!];
        stretches.push([...from, ...to]);
      }
    }
  }
  return stretches;
}

const AROUND: readonly (readonly [x: number, y: number])[] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];
