/** The way in: a CSV or Parquet file as windows of a series, or as rows of a table. */
import { basename } from "node:path";
import { UnknownNameError, ValueError } from "../../compute/errors.js";
import type { Labels } from "../image-set.js";
import { fillMissing, MISSING_POLICIES, requireNoneMissing } from "./fill-missing.js";
import { readTable } from "./read-table.js";
import { type SeriesSet, type SeriesSettings, seriesSet, shownRows } from "./series-set.js";
import { measureChannels } from "./standardisation.js";
import { type OrderedRows, orderRows } from "./stretches.js";
import { type Column, type ColumnRoles, type NumberColumn, type Table, TIME_NAMES, type WordColumn } from "./table.js";
import { cutWindows, defaultWindow, labelWindows, nameWindows } from "./windows.js";

export type SeriesOptions = Partial<SeriesSettings>;

/**
 * Open a .csv, .tsv or .parquet file as windows of a series: numeric columns are channels, `window` rows are a sample.
 *
 *   const set = await openSeries("sensor.csv", { window: 64, label: "regime" });
 *   set.readWindows([0, 1]); // float32 [2, C, 64], each channel with mean 0 and spread 1
 *
 * Columns of words, constant columns and counters (row numbers) are left out, with a warning. Missing values are
 * interpolated within a stretch, with a warning, or refused. Windows stay within a group, and do not cross gaps in time.
 * @throws ValueError or UnknownNameError for a file that is not there or not well formed (naming line and column), a
 *   column that is not there, a file without channels, or windows that do not fit
 */
export async function openSeries(path: string, options: SeriesOptions = {}): Promise<SeriesSet> {
  checkOptions(options);
  const file = basename(path);
  const table = await readTable(path, (names) => rolesOf(file, names, options));
  const time = timeOf([...table.columns.keys()], options);
  const chosen = chooseChannels(file, table, time, options);
  const group = wordsOf(table, options.group);
  const order = orderRows(file, table.numRows, group, numbersOf(table, time)?.values);
  const { window = defaultWindow(file, order.stretches) } = options;
  const { stride = Math.max(1, window >> 1) } = options;
  const values = new Map(chosen.names.map((name) => [name, inOrder(numbersOf(table, name)!.values, order.rows)]));
  const filled = fillChannels(file, values, order, window, options);
  const windows = cutWindows(order.stretches, window, stride);
  const rows = { channels: [...values.values()], stretches: order.stretches };
  const grouping = group && { name: options.group!, column: group };
  const label = wordsOf(table, options.label);
  return seriesSet({
    name: file,
    settings: {
      ...{ columns: chosen.names, window, stride, missing: options.missing ?? "interpolate" },
      ...(time !== undefined && { time }),
      ...(options.group !== undefined && { group: options.group }),
      ...(options.label !== undefined && { label: options.label }),
    },
    rows,
    ...windows,
    paths: nameWindows(file, order, windows, window, grouping),
    standardisation: measureChannels(rows.channels, shownRows(rows, windows.starts, window)),
    ...(label && { labels: labelWindows(options.label!, label, order, windows, window) }),
    ...(grouping && { attributes: { [grouping.name]: groupsOf(grouping.column, order, windows.stretchOf) } }),
    skipped: [],
    warnings: [...table.warnings, ...chosen.warnings, ...order.warnings, ...filled],
  });
}

function checkOptions({ window = 1, stride = 1, missing = "interpolate", columns }: SeriesOptions): void {
  for (const [name, value] of Object.entries({ window, stride })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new ValueError("openSeries", name, "a whole number of rows, at least 1", value);
    }
  }
  if (!MISSING_POLICIES.includes(missing)) {
    throw new ValueError("openSeries", "missing", MISSING_POLICIES.join(" or "), missing);
  }
  if (columns?.length === 0) throw new ValueError("openSeries", "columns", "at least one column", columns);
}

/** @throws UnknownNameError for a column that is chosen and not there */
function rolesOf(file: string, names: readonly string[], options: SeriesOptions): ColumnRoles {
  const { time, group, label, columns = [] } = options;
  for (const name of [time, group, label, ...columns]) {
    if (name !== undefined && !names.includes(name)) {
      throw new UnknownNameError("openSeries", `column of ${file}`, name, names);
    }
  }
  const timeName = timeOf(names, options);
  return {
    ...(timeName !== undefined && { time: { name: timeName, isChosen: time !== undefined } }),
    words: [group, label].filter((name) => name !== undefined),
    numbers: columns,
  };
}

/** The column of time: the one chosen, or one that is called so. */
function timeOf(names: readonly string[], { time, group, label, columns = [] }: SeriesOptions): string | undefined {
  const isFree = (name: string) => name !== group && name !== label && !columns.includes(name);
  return time ?? names.find((name) => TIME_NAMES.includes(name.toLowerCase()) && isFree(name));
}

/** Numeric columns that measure something: those chosen, or all but time, words, constants and counters. */
function chooseChannels(file: string, table: Table, time: string | undefined, { columns }: SeriesOptions) {
  if (columns !== undefined) return { names: columns, warnings: [] };
  const candidates = [...table.columns].filter(
    (entry): entry is [string, NumberColumn] => entry[1].kind === "numbers" && entry[0] !== time,
  );
  const judged = candidates.map(([name, { values }]) => ({ name, fault: faultOf(values) }));
  const names = judged.filter(({ fault }) => fault === undefined).map(({ name }) => name);
  const leftOut = judged.filter(({ fault }) => fault !== undefined).map(({ name, fault }) => `${name} (${fault})`);
  if (names.length === 0) {
    const got = leftOut.length > 0 ? leftOut.join(", ") : "none";
    const hint = "Channels are columns of numbers that change; --columns chooses them by name.";
    throw new ValueError("openSeries", file, "a table with a numeric column to learn from", got, hint);
  }
  return { names, warnings: leftOut.length > 0 ? [`columns of ${file} left out: ${leftOut.join(", ")}`] : [] };
}

/** Why a column is no measurement; undefined if it may be one. */
function faultOf(values: Float64Array): string | undefined {
  const present = values.filter((value) => !Number.isNaN(value));
  if (present.every((value) => value === present[0])) return "constant";
  if (present.length < values.length || present.length < 3) return undefined;
  const step = (present.at(-1)! - present[0]!) / (present.length - 1);
  const isCounter = present.every((value, i) => Math.abs(value - present[0]! - i * step) <= 1e-6 * Math.abs(step));
  return isCounter ? "counts rows" : undefined;
}

/** Fill or refuse missing values, in place. */
function fillChannels(
  file: string,
  channels: ReadonlyMap<string, Float64Array>,
  { rows, stretches }: OrderedRows,
  window: number,
  { missing = "interpolate" }: SeriesOptions,
): string[] {
  const isTable = window === 1;
  const counts = [...channels].map(([name, values]) => {
    if (missing === "refuse") requireNoneMissing(file, name, values, rows);
    return { name, count: fillMissing(values, stretches, isTable) };
  });
  const holes = counts.filter(({ count }) => count > 0);
  if (holes.length === 0) return [];
  const list = holes.map(({ name, count }) => `${name} ${count}`).join(", ");
  return [
    `missing values were ${isTable ? "replaced by the column's mean" : "interpolated"}: ${list}, of ${rows.length} rows`,
  ];
}

function groupsOf({ words }: WordColumn, { stretches }: OrderedRows, stretchOf: Uint32Array): Labels {
  return { classNames: words, classOf: Int32Array.from(stretchOf, (stretch) => stretches[stretch]!.group) };
}

function inOrder(values: Float64Array, rows: Uint32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!);
}

function numbersOf({ columns }: Table, name: string | undefined): NumberColumn | undefined {
  return columnOf(columns, name, "numbers");
}

function wordsOf({ columns }: Table, name: string | undefined): WordColumn | undefined {
  return columnOf(columns, name, "words");
}

function columnOf<K extends Column["kind"]>(columns: Table["columns"], name: string | undefined, kind: K) {
  const column = name === undefined ? undefined : columns.get(name);
  return column?.kind === kind ? (column as Extract<Column, { kind: K }>) : undefined;
}
