/** Stretches: rows that follow each other without a break. No window crosses from one into the next. */
import { ValueError } from "../../compute/errors.js";
import type { WordColumn } from "./table.js";

export interface Stretch {
  /** Group of its rows, an index into the group column's words; 0 without groups. */
  readonly group: number;
  /** First row and the row after the last, in the order of `rows`. */
  readonly start: number;
  readonly end: number;
}

export interface OrderedRows {
  /** Rows of the file, group by group; rows of no group are left out. */
  readonly rows: Uint32Array;
  readonly stretches: readonly Stretch[];
  readonly warnings: readonly string[];
}

/** A step in time so many times longer than the usual one is a gap. */
const GAP_FACTOR = 5;

/**
 * Order rows by group and cut them where the group changes or time leaves a gap of more than five usual (median) steps.
 * Rows of several groups may alternate in the file; within a group they must be in the order of time.
 * @throws ValueError naming the first row whose time goes back
 */
export function orderRows(file: string, numRows: number, group?: WordColumn, time?: Float64Array): OrderedRows {
  const rows = rowsByGroup(numRows, group);
  const groupAt = (position: number) => group?.codes[rows[position]!] ?? 0;
  const usualStep = time === undefined ? Number.POSITIVE_INFINITY : medianStep(rows, time, groupAt);
  const stretches: Stretch[] = [];
  let start = 0;
  let numGaps = 0;
  for (let end = 1; end <= rows.length; end++) {
    const isSameGroup = end < rows.length && groupAt(end) === groupAt(start);
    const step = isSameGroup && time !== undefined ? time[rows[end]!]! - time[rows[end - 1]!]! : 0;
    if (step < 0) throw backInTime(file, rows[end]!);
    const isGap = step > GAP_FACTOR * usualStep;
    if (isGap) numGaps++;
    if (isSameGroup && !isGap) continue;
    stretches.push({ group: groupAt(start), start, end });
    start = end;
  }
  const numLost = numRows - rows.length;
  return {
    rows,
    stretches,
    warnings: [
      ...(numGaps > 0
        ? [`time leaves ${numGaps} gaps of more than ${GAP_FACTOR} usual steps; no window crosses one`]
        : []),
      ...(numLost > 0 ? [`${numLost} rows of ${file} belong to no group and are left out`] : []),
    ],
  };
}

/** Group by group in the order of first appearance, the order of the file within each. */
function rowsByGroup(numRows: number, group: WordColumn | undefined): Uint32Array {
  if (group === undefined) return Uint32Array.from({ length: numRows }, (_, row) => row);
  const counts = new Uint32Array(group.words.length);
  for (const code of group.codes) if (code >= 0) counts[code]!++;
  const nextOf = new Uint32Array(counts.length);
  for (let code = 1; code < counts.length; code++) nextOf[code] = nextOf[code - 1]! + counts[code - 1]!;
  const rows = new Uint32Array(counts.reduce((sum, count) => sum + count, 0));
  group.codes.forEach((code, row) => {
    if (code >= 0) rows[nextOf[code]!++] = row;
  });
  return rows;
}

/** Half of the steps forward in time, within groups, are shorter. */
function medianStep(rows: Uint32Array, time: Float64Array, groupAt: (position: number) => number): number {
  const steps: number[] = [];
  for (let i = 1; i < rows.length; i++) {
    const step = time[rows[i]!]! - time[rows[i - 1]!]!;
    if (step > 0 && groupAt(i) === groupAt(i - 1)) steps.push(step);
  }
  return steps.length === 0 ? Number.POSITIVE_INFINITY : steps.sort((a, b) => a - b)[steps.length >> 1]!;
}

function backInTime(file: string, row: number): ValueError {
  const hint = "Sort the file by time, or name the column that tells its series apart with --group.";
  return new ValueError(
    "openSeries",
    `${file}, row ${row + 1}`,
    "later than the row before it",
    "an earlier time",
    hint,
  );
}
