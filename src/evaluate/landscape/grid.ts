/** A map of places, row by row, and which of them are next to each other. */
import { ShapeError, ValueError } from "../../compute/index.js";

export interface GridMap {
  readonly width: number;
  readonly height: number;
  /** [height, width]: 1 where one can be, 0 in walls. */
  readonly isOpen: Uint8Array;
}

/** @throws ShapeError unless the map is [height, width]; ValueError for a place that is not on it, or in a wall */
export function requirePlace(operation: string, argument: string, map: GridMap, place: number): void {
  const { width, height, isOpen } = map;
  if (isOpen.length !== width * height) throw new ShapeError(operation, "isOpen", [height, width], [isOpen.length]);
  if (isOpen[place] !== 1) throw new ValueError(operation, argument, "an open place of the map", place);
}

const [STRAIGHT, DIAGONAL] = [1, Math.SQRT2];
const STEPS = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => ({ dx, dy }))).filter(({ dx, dy }) => dx || dy);

/**
 * The up to eight open neighbours of a place, and how far they are: 1 or √2. Nobody slips between two walls or round a
 * corner: a diagonal step needs both places beside it open.
 */
export function forEachNeighbor(
  { width, height, isOpen }: GridMap,
  place: number,
  visit: (neighbor: number, length: number) => void,
): void {
  const [x, y] = [place % width, Math.floor(place / width)];
  for (const { dx, dy } of STEPS) {
    if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
    const neighbor = place + dy * width + dx;
    if (!isOpen[neighbor]) continue;
    const isDiagonal = dx !== 0 && dy !== 0;
    if (isDiagonal && !(isOpen[place + dx] && isOpen[place + dy * width])) continue;
    visit(neighbor, isDiagonal ? DIAGONAL : STRAIGHT);
  }
}
