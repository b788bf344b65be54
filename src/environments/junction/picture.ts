/** What the roads look like: a channel for the dot, one for everything solid, one for the sign. */
import { isRoad, type Road, SIZE } from "./road.js";

export const NUM_CHANNELS = 3;
const BRIGHT = 255;
const DOT_STD = 1;
/** The sign is a square of 3 pixels on the wall above the junction. */
const SIGN = { above: 5, half: 1 } as const;

/** [SIZE, SIZE, 3] bytes: round(255 exp(−d²/2)), 255 where solid, 255 times the chance of turning right on the sign. */
export function drawJunction(road: Road, dot: { readonly x: number; readonly y: number }): Uint8Array {
  const picture = new Uint8Array(SIZE * SIZE * NUM_CHANNELS);
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      const at = NUM_CHANNELS * (row * SIZE + column);
      const squared = (column - dot.x) ** 2 + (row - dot.y) ** 2;
      picture[at] = Math.round(BRIGHT * Math.exp(-squared / (2 * DOT_STD ** 2)));
      picture[at + 1] = isRoad(column, row, road) ? 0 : BRIGHT;
      picture[at + 2] = isSign(column, row, road) ? Math.round(BRIGHT * road.rightProbability) : 0;
    }
  }
  return picture;
}

function isSign(column: number, row: number, { kind, junctionX, junctionY }: Road): boolean {
  if (kind === "corridor") return false;
  return Math.abs(column - junctionX) <= SIGN.half && Math.abs(row - (junctionY - SIGN.above)) <= SIGN.half;
}
