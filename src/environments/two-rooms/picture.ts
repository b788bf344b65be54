/** What the dot and the rooms look like: one channel for the dot, one for everything solid. */
import { BORDER, DOOR_HALF, type Layout, PLAN_SIZE, type Point, WALL_HALF } from "./layout.js";

export interface Sight {
  /** Side of the picture in its own pixels. */
  readonly size: number;
  /** Deviation of the dot's Gaussian in these pixels. */
  readonly dotStd: number;
}

export const NUM_CHANNELS = 2;
const BRIGHT = 255;

/**
 * [size, size, 2] bytes, row by row: floor(255 exp(−d²/2σ²)) around the dot, and 255 for everything solid. A smaller
 * picture than the plan's 65 pixels shows each of its pixels as bright as the share of it that is solid.
 */
export function drawRooms(dot: Point, walls: Uint8Array, { size, dotStd }: Sight): Uint8Array {
  const picture = new Uint8Array(size * size * NUM_CHANNELS);
  for (let i = 0; i < walls.length; i++) picture[NUM_CHANNELS * i + 1] = walls[i]!;
  const centre = inPixels(dot, size);
  const reach = dotStd * Math.sqrt(2 * Math.log(BRIGHT)); // beyond it the floor is 0
  const [firstRow, lastRow] = within(centre.y, reach, size);
  const [firstColumn, lastColumn] = within(centre.x, reach, size);
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const squared = (column - centre.x) ** 2 + (row - centre.y) ** 2;
      picture[NUM_CHANNELS * (row * size + column)] = Math.floor(BRIGHT * Math.exp(-squared / (2 * dotStd ** 2)));
    }
  }
  return picture;
}

/** Where a point of the plan is in a picture of another size; both count from the centre of their first pixel. */
export function inPixels({ x, y }: Point, size: number): Point {
  const scale = size / PLAN_SIZE;
  return { x: (x + 0.5) * scale - 0.5, y: (y + 0.5) * scale - 0.5 };
}

/** Everything solid: [size, size]. */
export function drawWalls(layout: Layout, size: number): Uint8Array {
  const isSolid = (column: number, row: number): number => Number(isSolidAt(column, row, layout));
  const walls = new Uint8Array(size * size);
  const scale = PLAN_SIZE / size;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const share = meanOver([column * scale, (column + 1) * scale], [row * scale, (row + 1) * scale], isSolid);
      walls[row * size + column] = Math.round(BRIGHT * share);
    }
  }
  return walls;
}

/** Borders are drawn from edge to edge of the picture, the wall between them. */
function isSolidAt(column: number, row: number, { wallX, doorY }: Layout): boolean {
  if (isBorder(column) || isBorder(row)) return true;
  const isInWall = Math.abs(column - wallX) <= WALL_HALF && row > BORDER.low && row < BORDER.high;
  return isInWall && Math.abs(row - doorY) > DOOR_HALF;
}

function isBorder(at: number): boolean {
  return at === BORDER.low || at === BORDER.high;
}

type Span = readonly [from: number, to: number];

/** Mean of a function of whole pixels over a rectangle that cuts some of them. */
function meanOver(columns: Span, rows: Span, of: (column: number, row: number) => number): number {
  let sum = 0;
  for (let row = Math.floor(rows[0]); row < Math.min(PLAN_SIZE, rows[1]); row++) {
    for (let column = Math.floor(columns[0]); column < Math.min(PLAN_SIZE, columns[1]); column++) {
      sum += overlap(row, rows) * overlap(column, columns) * of(column, row);
    }
  }
  return sum / ((columns[1] - columns[0]) * (rows[1] - rows[0]));
}

/** How much of the pixel [at, at + 1) lies in a span. */
function overlap(at: number, [from, to]: Span): number {
  return Math.max(0, Math.min(at + 1, to) - Math.max(at, from));
}

function within(centre: number, reach: number, size: number): [number, number] {
  return [Math.max(0, Math.ceil(centre - reach)), Math.min(size - 1, Math.floor(centre + reach))];
}
