/** How much of a grid was found again. A layout is only ever known up to the 8 symmetries of the square. */

/**
 * Share of the pairs that are next to each other (above, below, left or right) in truth and in the layout as well. The 8
 * symmetries of the square all score 1; a random layout about 4 / n.
 * @param cells cell that each true place was given, both as row · side + column
 */
export function neighborsFound(cells: ArrayLike<number>, side: number): number {
  let [found, total] = [0, 0];
  const isAdjacent = (a: number, b: number) =>
    Math.abs((a % side) - (b % side)) + Math.abs(Math.floor(a / side) - Math.floor(b / side)) === 1;
  for (let place = 0; place < side * side; place++) {
    const others = [
      ...((place + 1) % side === 0 ? [] : [place + 1]),
      ...(place + side < side * side ? [place + side] : []),
    ];
    for (const other of others) {
      total++;
      if (isAdjacent(cells[place]!, cells[other]!)) found++;
    }
  }
  return total === 0 ? 1 : found / total;
}

/**
 * The layout turned or mirrored to lie as close to the truth as it can: what a person would do with found glasses, since no
 * statistics know which way is up.
 */
export function uprightLayout(cells: ArrayLike<number>, side: number): Uint32Array {
  const versions = Array.from({ length: 8 }, (_, symmetry) =>
    Uint32Array.from(cells, (cell) => transform(cell, side, symmetry)),
  );
  const distance = (version: Uint32Array) =>
    version.reduce((sum, cell, place) => {
      const columns = (cell % side) - (place % side);
      const rows = Math.floor(cell / side) - Math.floor(place / side);
      return sum + columns * columns + rows * rows;
    }, 0);
  return versions.reduce((best, version) => (distance(version) < distance(best) ? version : best));
}

/** A cell under one of the 8 symmetries: bit 0 mirrors, bit 1 turns upside down, bit 2 exchanges rows and columns. */
function transform(cell: number, side: number, symmetry: number): number {
  let [row, column] = [Math.floor(cell / side), cell % side];
  if (symmetry & 1) column = side - 1 - column;
  if (symmetry & 2) row = side - 1 - row;
  return symmetry & 4 ? column * side + row : row * side + column;
}
