/** Roads: a stem from below that ends in a crossbar, or goes straight through. Lengths in pixels, y downwards. */
import { keyFor, Random } from "../../compute/random.js";

/** Side of the picture; coordinates are pixel centres. */
export const SIZE = 32;
/** Half the width of a road. */
export const ROAD_HALF = 2;
/** The dot's centre stays so far inside the picture, and stops there. */
const EDGE = 1;
export const PLACES = { low: EDGE, high: SIZE - 1 - EDGE } as const;

/** What the picture shows beside the dot. */
export interface Road {
  /** "junction": a T, whose arms are left and right; "corridor": no choice to make. */
  readonly kind: "junction" | "corridor";
  readonly junctionX: number;
  readonly junctionY: number;
  /** Chance of turning right, shown by the sign above the junction; 0 where there is none. */
  readonly rightProbability: number;
}

/** "all": every place; "training" and "heldOut": four fifths and one fifth of the places. */
export type PlaceSplit = "all" | "training" | "heldOut";

const JUNCTION_X = { low: 13, high: 18 } as const;
const JUNCTION_Y = { low: 9, high: 18 } as const;
const HELD_OUT_SHARE = 0.2;

/** A whole-pixel place for a junction, uniform over those of a split. */
export function drawPlace(split: PlaceSplit, random: Random): Pick<Road, "junctionX" | "junctionY"> {
  for (;;) {
    const junctionX = JUNCTION_X.low + random.integer(JUNCTION_X.high - JUNCTION_X.low + 1);
    const junctionY = JUNCTION_Y.low + random.integer(JUNCTION_Y.high - JUNCTION_Y.low + 1);
    if (split === "all" || isHeldOut(junctionX, junctionY) === (split === "heldOut")) return { junctionX, junctionY };
  }
}

/** The same places whatever the seed of a run. */
export function isHeldOut(junctionX: number, junctionY: number): boolean {
  return new Random(keyFor(0, "junction place", junctionX, junctionY)).chance(HELD_OUT_SHARE);
}

/** Whether a pixel is road. */
export function isRoad(column: number, row: number, { kind, junctionX, junctionY }: Road): boolean {
  const isStem = Math.abs(column - junctionX) <= ROAD_HALF;
  if (kind === "corridor") return isStem;
  return (isStem && row >= junctionY - ROAD_HALF) || Math.abs(row - junctionY) <= ROAD_HALF;
}
