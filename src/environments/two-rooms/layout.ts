/** The floor plan of two rooms: borders, one wall, one door. All lengths in pixels of the 65-pixel picture. */
import { keyFor, Random } from "../../compute/random.js";

/** Side of the picture in which lengths are measured; coordinates are pixel centres, 0 to 64. */
export const PLAN_SIZE = 65;
/** Border lines, one pixel thick, on both axes. */
export const BORDER = { low: 4, high: 60 } as const;
/** Half the thickness of the wall between its outer pixel centres. */
export const WALL_HALF = 1;
/** Half the width of the door: |y − doorY| ≤ 4 is open. */
export const DOOR_HALF = 4;

/** Where the wall stands and its door opens. */
export interface Layout {
  readonly wallX: number;
  readonly doorY: number;
}

const WALL_X = { low: 20, high: 44 } as const;
const DOOR_Y = { low: 10, high: 54 } as const;
/** The wall in the middle, as in the experiments with one layout. */
export const FIXED_LAYOUT: Layout = { wallX: 32, doorY: 18 };

/** "all": the 1,125 there are; "training" and "heldOut": four fifths and one fifth of them; "fixed": one. */
export type LayoutSplit = "all" | "training" | "heldOut" | "fixed";

const HELD_OUT_SHARE = 0.2;

/** Uniform over the layouts of a split. */
export function drawLayout(split: LayoutSplit, random: Random): Layout {
  if (split === "fixed") return FIXED_LAYOUT;
  for (;;) {
    const layout = {
      wallX: WALL_X.low + random.integer(WALL_X.high - WALL_X.low + 1),
      doorY: DOOR_Y.low + random.integer(DOOR_Y.high - DOOR_Y.low + 1),
    };
    if (split === "all" || isHeldOut(layout) === (split === "heldOut")) return layout;
  }
}

/** The same layouts whatever the seed of a run, so that no evaluation meets what was trained on. */
export function isHeldOut({ wallX, doorY }: Layout): boolean {
  return new Random(keyFor(0, "two-rooms layout", wallX, doorY)).chance(HELD_OUT_SHARE);
}

/** A way along a jamb stays open when rounding moves it. */
const ROUNDING = 1e-9;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Whether the straight way touches neither the wall nor the door's jambs: inside the wall it keeps to the door. */
export function isClear(from: Point, to: Point, layout: Layout): boolean {
  const inside = partInWall(from, to, layout);
  if (inside === undefined) return true;
  return inside.every((t) => Math.abs(from.y + t * (to.y - from.y) - layout.doorY) <= DOOR_HALF + ROUNDING);
}

/**
 * The part of a way that lies within the wall's thickness, as two shares of it; undefined if none does. A way along x = c
 * is within or not as a whole.
 */
export function partInWall(from: Point, to: Point, { wallX }: Layout): readonly [number, number] | undefined {
  const [low, high] = [wallX - WALL_HALF, wallX + WALL_HALF];
  const dx = to.x - from.x;
  if (dx === 0) return from.x >= low && from.x <= high ? [0, 1] : undefined;
  const [a, b] = [(low - from.x) / dx, (high - from.x) / dx];
  const [enter, leave] = [Math.max(0, Math.min(a, b)), Math.min(1, Math.max(a, b))];
  return enter <= leave ? [enter, leave] : undefined;
}

/** Length of the shortest way around the wall: straight, or over the door's corners on one side. */
export function geodesic(from: Point, to: Point, layout: Layout): number {
  if (isClear(from, to, layout)) return distance(from, to);
  const { wallX, doorY } = layout;
  const [near, far] = from.x <= to.x ? [wallX - WALL_HALF, wallX + WALL_HALF] : [wallX + WALL_HALF, wallX - WALL_HALF];
  const lengths = [-DOOR_HALF, DOOR_HALF].flatMap((side) => {
    const y = doorY + side;
    const [first, second] = [
      { x: near, y },
      { x: far, y },
    ];
    return [[first], [second], [first, second]].flatMap((corners) => {
      const way = [from, ...corners, to];
      const isOpen = way.slice(1).every((point, i) => isClear(way[i]!, point, layout));
      return isOpen ? [way.slice(1).reduce((sum, point, i) => sum + distance(way[i]!, point), 0)] : [];
    });
  });
  return Math.min(...lengths);
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
