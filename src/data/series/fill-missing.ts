/** Missing values: refused, or filled with what is least surprising. */
import { ValueError } from "../../compute/errors.js";
import type { Stretch } from "./stretches.js";

export const MISSING_POLICIES = ["interpolate", "refuse"] as const;
export type MissingPolicy = (typeof MISSING_POLICIES)[number];

/**
 * Fill the NaN of one channel in place. In series: on the straight line between the neighbours in the same stretch, and
 * like the nearest one at its ends. In tables, whose rows are no neighbours, and in stretches without any value: the
 * channel's mean.
 * @returns how many were filled
 */
export function fillMissing(values: Float64Array, stretches: readonly Stretch[], isTable: boolean): number {
  const numMissing = values.reduce((count, value) => count + Number(Number.isNaN(value)), 0);
  if (numMissing === 0) return 0;
  const mean = meanOfPresent(values);
  if (isTable) {
    values.forEach((value, i) => {
      if (Number.isNaN(value)) values[i] = mean;
    });
    return numMissing;
  }
  for (const { start, end } of stretches) fillStretch(values, start, end, mean);
  return numMissing;
}

/** @throws ValueError naming the first missing value of a channel, if there is one */
export function requireNoneMissing(file: string, channel: string, values: Float64Array, rows: Uint32Array): void {
  const first = values.findIndex(Number.isNaN);
  if (first === -1) return;
  const numMissing = values.reduce((count, value) => count + Number(Number.isNaN(value)), 0);
  const where = `${file}, row ${rows[first]! + 1}, column ${channel}`;
  const hint = `It has ${numMissing} missing values; --missing interpolate fills them.`;
  throw new ValueError("openSeries", where, "a number", "a missing value", hint);
}

function fillStretch(values: Float64Array, start: number, end: number, fallback: number): void {
  let before = -1; // position of the last present value
  for (let i = start; i <= end; i++) {
    if (i < end && Number.isNaN(values[i]!)) continue;
    const [left, right] = [before === -1 ? undefined : values[before], i < end ? values[i] : undefined];
    for (let gap = Math.max(start, before + 1); gap < i; gap++) {
      const share = (gap - before) / (i - before);
      values[gap] =
        left !== undefined && right !== undefined ? left + share * (right - left) : (left ?? right ?? fallback);
    }
    before = i;
  }
}

function meanOfPresent(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}
