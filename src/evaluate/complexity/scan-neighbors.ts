/** What a reader knows who goes through an image row by row: the four pixels before this one that lie beside it. */

/** West, north-west, north and north-east: steps back in the scan. Outside the image there is nothing: 0. */
export const NUM_SCAN_NEIGHBORS = 4;

/**
 * Values around one place in reading order: [west, north-west, north, north-east].
 * @param image uint8 [side², channels]
 */
export function scanNeighbors(
  image: Uint8Array,
  side: number,
  channels: number,
  place: number,
  channel: number,
  into: Float64Array | number[],
): void {
  const column = place % side;
  const isBelow = place >= side;
  const value = (other: number) => image[other * channels + channel]!;
  into[0] = column > 0 ? value(place - 1) : 0;
  into[1] = column > 0 && isBelow ? value(place - side - 1) : 0;
  into[2] = isBelow ? value(place - side) : 0;
  into[3] = column < side - 1 && isBelow ? value(place - side + 1) : 0;
}
