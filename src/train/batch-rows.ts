/** Rows of arrays whose first axis is the batch. */
import { type HostArray, sizeOf } from "../compute/index.js";
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
