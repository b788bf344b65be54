/** Rows of arrays whose first axis is the batch. */
import { float32, type HostArray, sizeOf } from "../compute/index.js";
import type { Named } from "./training-step.js";

/** Some rows of each array, sharing its memory. */
export function rowsOf(arrays: Named<HostArray>, from: number, count: number): Named<HostArray> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => {
      const [, ...rest] = array.shape;
      const length = sizeOf(rest);
      const data = array.data.subarray(from * length, (from + count) * length);
      return [name, { ...array, shape: [count, ...rest], data }];
    }),
  );
}

/** Write rows into a larger array, from row `from` on. */
export function setRows(target: HostArray, from: number, rows: HostArray): void {
  target.data.set(rows.data, from * sizeOf(target.shape.slice(1)));
}

/** [B, D] as it is; of places [B, K, D] their mean. */
export function pooledArray(array: HostArray): HostArray {
  const [B, K, D] = array.shape as [number, number, number | undefined];
  if (D === undefined) return array;
  const means = new Float32Array(B * D);
  for (let row = 0; row < B; row++) {
    for (let place = 0; place < K; place++) {
      const at = (row * K + place) * D;
      for (let d = 0; d < D; d++) means[row * D + d]! += array.data[at + d]! / K;
    }
  }
  return float32(means, [B, D]);
}
