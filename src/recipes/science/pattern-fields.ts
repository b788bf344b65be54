/** From what is optimised to what is seen: logits to patterns of two phases, and the moves that views are made by. */
import { float32, type HostArray, type Random } from "../../compute/index.js";
import { whiteTop } from "../../environments/index.js";

export interface Fields {
  /** [S, n, n] */
  readonly field: HostArray;
  /** [S, 1, 1] */
  readonly level: HostArray;
  /** [S, n, n] of 0 and 1 */
  readonly hard: HostArray;
}

/** Smoothed logits, the level that leaves the wanted share above it, and what lies above. */
export function fieldsOf(logits: Float32Array, S: number, size: number, volumeFraction: number): Fields {
  const count = size * size;
  const field = smoothed(logits, size);
  const hard = new Float32Array(S * count);
  const level = new Float32Array(S);
  for (let s = 0; s < S; s++) {
    const own = Float64Array.from(field.subarray(s * count, (s + 1) * count));
    const isWhite = whiteTop(own, volumeFraction);
    hard.set(isWhite, s * count);
    // Midway between the least of the white and the most of the black.
    const least = own.reduce((low, value, i) => (isWhite[i] === 1 ? Math.min(low, value) : low), Infinity);
    const most = own.reduce((high, value, i) => (isWhite[i] === 0 ? Math.max(high, value) : high), -Infinity);
    level[s] = (least + most) / 2;
  }
  return {
    field: float32(field, [S, size, size]),
    level: float32(level, [S, 1, 1]),
    hard: float32(hard, [S, size, size]),
  };
}

/** Binomial smoothing ¼ ½ ¼ along both axes, periodic, of any number of [size, size] fields. */
export function smoothed(fields: Float32Array, size: number): Float32Array {
  const across = new Float32Array(fields.length);
  const both = new Float32Array(fields.length);
  for (let row = 0; row < fields.length; row += size) {
    for (let x = 0; x < size; x++) {
      const [left, right] = [row + ((x + size - 1) % size), row + ((x + 1) % size)];
      across[row + x] = 0.25 * (fields[left]! + 2 * fields[row + x]! + fields[right]!);
    }
  }
  for (let start = 0; start < fields.length; start += size * size) {
    for (let y = 0; y < size; y++) {
      const [above, here, below] = [(y + size - 1) % size, y, (y + 1) % size].map((row) => start + row * size);
      for (let x = 0; x < size; x++) {
        both[here! + x] = 0.25 * (across[above! + x]! + 2 * across[here! + x]! + across[below! + x]!);
      }
    }
  }
  return both;
}

/** Shifts around the edges and mirrors as matrices: view = rowMoves · pattern · columnMoves. */
export function drawMoves(V: number, size: number, random: Random): { rowMoves: HostArray; columnMoves: HostArray } {
  const [rows, columns] = [0, 1].map(() => {
    const moves = new Float32Array(V * size * size);
    for (let v = 0; v < V; v++) {
      const [shift, isMirrored] = [random.integer(size), random.chance(0.5)];
      for (let i = 0; i < size; i++) {
        const moved = (i + shift) % size;
        moves[(v * size + i) * size + (isMirrored ? size - 1 - moved : moved)] = 1;
      }
    }
    return float32(moves, [V, 1, size, size]);
  });
  return { rowMoves: rows!, columnMoves: columns! };
}
