/** Rows as directions, in float64. */
import type { Features } from "../features.js";

/** Each row x as x / ‖x‖; 0 where that is 0. */
export function directions({ numImages, dim, values }: Features): Float64Array[] {
  return Array.from({ length: numImages }, (_, i) => {
    const row = Float64Array.from(values.subarray(i * dim, (i + 1) * dim));
    const length = Math.sqrt(dot(row, row));
    return length === 0 ? row : row.map((value) => value / length);
  });
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
  return sum;
}
