/** Projections for tests. */
import { float32, type HostArray, keyFor, Random } from "../../compute/index.js";

/** Rows of a host array [B, D] as numbers. */
export function rowsOf({ data, shape }: HostArray): number[][] {
  const [B, D] = shape as [number, number];
  return Array.from({ length: B }, (_, i) => Array.from({ length: D }, (_, d) => data[i * D + d]!));
}

/** The same array with its rows (images) in another order, or only some of them. */
export function takeImages({ data, shape }: HostArray, order: readonly number[]): HostArray {
  const rowSize = data.length / shape[0]!;
  const rows = order.map((i) => Array.from(data.subarray(i * rowSize, (i + 1) * rowSize)));
  return float32(rows.flat(), [order.length, ...shape.slice(1)]);
}

export function fromRows(rows: readonly (readonly number[])[]): HostArray {
  return float32(rows.flat(), [rows.length, rows[0]!.length]);
}

/** Independent standard normal projections [B, D]. */
export function normalProjections(batchSize: number, dim: number, seed: number): HostArray {
  const random = new Random(keyFor(seed, "projections"));
  return float32(
    Float32Array.from({ length: batchSize * dim }, () => random.normal()),
    [batchSize, dim],
  );
}

/** Views of the same images: the same normal projections with a little noise of their own. */
export function agreeingViews(numViews: number, batchSize: number, dim: number): HostArray[] {
  const shared = normalProjections(batchSize, dim, 0);
  return Array.from({ length: numViews }, (_, v) => {
    const own = normalProjections(batchSize, dim, v + 1);
    return float32(shared.data.map((x, i) => x + 0.3 * own.data[i]!) as Float32Array, [batchSize, dim]);
  });
}

/** The inputs of the golden values: B = 8, D = 5. */
export function goldenViews(): [HostArray, HostArray] {
  const first = (i: number, j: number): number => Math.sin(1 + 0.7 * i + 1.3 * j + 0.11 * i * j);
  const second = (i: number, j: number): number => 0.9 * first(i, j) + 0.3 * Math.cos(0.5 * i * j + i);
  const grid = (value: (i: number, j: number) => number) =>
    fromRows(Array.from({ length: 8 }, (_, i) => Array.from({ length: 5 }, (_, j) => value(i, j))));
  return [grid(first), grid(second)];
}

/** Its directions [5, 7]: cos(1 + .9 j + .37 k (j + 1)), columns of unit length. */
export function goldenDirections(): HostArray {
  const columns = Array.from({ length: 7 }, (_, k) => {
    const column = Array.from({ length: 5 }, (_, j) => Math.cos(1 + 0.9 * j + 0.37 * k * (j + 1)));
    const length = Math.hypot(...column);
    return column.map((value) => value / length);
  });
  return fromRows(Array.from({ length: 5 }, (_, j) => columns.map((column) => column[j]!)));
}
