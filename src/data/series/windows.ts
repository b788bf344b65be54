/** Cutting stretches into windows, and what is known of each window. */
import { ValueError } from "../../compute/errors.js";
import { inNaturalOrder } from "../groupings.js";
import type { Labels } from "../image-set.js";
import type { OrderedRows, Stretch } from "./stretches.js";
import type { WordColumn } from "./table.js";

export interface Windows {
  /** First row of each, ascending. */
  readonly starts: Uint32Array;
  /** Number of its stretch. */
  readonly stretchOf: Uint32Array;
}

const [SHORTEST_DEFAULT, LONGEST_DEFAULT] = [8, 64];
/** A stretch should hold a few windows. */
const WINDOWS_A_STRETCH = 4;
const MOST_CLASSES = 256;

/**
 * The window nobody chose: the largest power of two up to 64 of which the longest stretch holds four.
 * @throws ValueError if it is too short for that
 */
export function defaultWindow(file: string, stretches: readonly Stretch[]): number {
  const longest = longestOf(stretches);
  const fitting = 2 ** Math.floor(Math.log2(longest / WINDOWS_A_STRETCH));
  if (fitting >= SHORTEST_DEFAULT) return Math.min(LONGEST_DEFAULT, fitting);
  const hint = "Choose one with --window; --window 1 makes every row a sample.";
  throw new ValueError("openSeries", "window", `chosen for a series as short as ${file}`, `${longest} rows`, hint);
}

/**
 * Windows of every stretch, each `stride` rows after the one before; what is left at the end of a stretch is not shown.
 * @throws ValueError if no stretch is as long as a window
 */
export function cutWindows(stretches: readonly Stretch[], window: number, stride: number): Windows {
  const starts: number[] = [];
  const stretchOf: number[] = [];
  stretches.forEach(({ start, end }, number) => {
    for (let first = start; first + window <= end; first += stride) {
      starts.push(first);
      stretchOf.push(number);
    }
  });
  if (starts.length === 0) {
    const longest = longestOf(stretches);
    const hint = "Windows stay within a group, and do not cross gaps in time.";
    throw new ValueError("openSeries", "window", `at most the ${longest} rows of the longest stretch`, window, hint);
  }
  return { starts: Uint32Array.from(starts), stretchOf: Uint32Array.from(stretchOf) };
}

/** What windows are called: "sensor.csv rows 65-128", by the rows of the file, counted from 1. */
export function nameWindows(
  file: string,
  { rows, stretches }: OrderedRows,
  { starts, stretchOf }: Windows,
  window: number,
  group?: { readonly name: string; readonly column: WordColumn },
): string[] {
  return Array.from(starts, (start, i) => {
    const [first, last] = [rows[start]! + 1, rows[start + window - 1]! + 1];
    const of = group ? ` ${group.name} ${group.column.words[stretches[stretchOf[i]!]!.group]}` : "";
    return `${file}${of} ${window === 1 ? `row ${first}` : `rows ${first}-${last}`}`;
  });
}

/**
 * The class of each window: that of most of its rows, the earlier one of two that are as many; none (-1) where most
 * rows have none.
 * @throws ValueError if there are fewer than two classes, or so many that they are none
 */
export function labelWindows(
  name: string,
  { words, codes }: WordColumn,
  { rows }: OrderedRows,
  { starts }: Windows,
  window: number,
): Labels {
  if (words.length > MOST_CLASSES || words.length < 2) {
    const hint = words.length < 2 ? "Leave the label out if there is none." : "Classes are few and return.";
    throw new ValueError(
      "openSeries",
      "label",
      `a column of 2 to ${MOST_CLASSES} classes`,
      `${words.length} in ${name}`,
      hint,
    );
  }
  const sorted = [...words].sort(inNaturalOrder);
  const classOfCode = words.map((word) => sorted.indexOf(word));
  const classOf = Int32Array.from(starts, (start) => {
    const code = mostFrequent(rows.subarray(start, start + window), codes);
    return code < 0 ? -1 : classOfCode[code]!;
  });
  return { classNames: sorted, classOf };
}

function mostFrequent(rows: Uint32Array, codes: Int32Array): number {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(codes[row]!, (counts.get(codes[row]!) ?? 0) + 1);
  // A map keeps the order of insertion, and a stable sort that of equals.
  return [...counts].sort(([, a], [, b]) => b - a)[0]![0];
}

function longestOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((longest, { start, end }) => Math.max(longest, end - start), 0);
}
