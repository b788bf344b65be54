/** The contract between series and everything above it: windows of equal length, read by number, standardised. */
import { ValueError } from "../../compute/errors.js";
import { checkIndices, selectGroupings } from "../image-set.js";
import type { SampleSet } from "../sample-set.js";
import type { MissingPolicy } from "./fill-missing.js";
import { measureChannels, type Standardisation } from "./standardisation.js";
import type { Stretch } from "./stretches.js";

/** How a file is read as windows: with these the same windows come out again. */
export interface SeriesSettings {
  /** Columns that are channels. */
  readonly columns: readonly string[];
  /** Rows of a window, T; 1 makes every row a sample. */
  readonly window: number;
  /** Rows from the start of one window to that of the next. */
  readonly stride: number;
  readonly time?: string;
  /** Column that tells series apart: windows stay within a group. */
  readonly group?: string;
  /** Column of classes, for evaluation alone. */
  readonly label?: string;
  readonly missing: MissingPolicy;
}

/** All rows of a file that windows are cut from, group by group. */
export interface SeriesRows {
  /** One array a channel. */
  readonly channels: readonly Float64Array[];
  readonly stretches: readonly Stretch[];
}

/** Windows as float32 [C, T], by number. */
export interface WindowReader {
  readonly kind: "series";
  readonly numImages: number;
  readonly channels: number;
  readonly window: number;
  /**
   * The standardised values of some windows, float32 [n, C, T].
   * @param into to be filled instead of a new array; the part used is returned
   * @throws ValueError for a window outside the set
   */
  readWindows(indices: ArrayLike<number>, into?: Float32Array): Float32Array;
  /** One channel of one window, [T], written into `into`. */
  readChannel(index: number, channel: number, into: Float32Array): void;
}

export interface SeriesSet extends SampleSet, WindowReader {
  readonly kind: "series";
  readonly settings: SeriesSettings;
  readonly standardisation: Standardisation;
  readonly rows: SeriesRows;
  /** First row of each window. */
  readonly starts: Uint32Array;
  /** Number of its stretch. */
  readonly stretchOf: Uint32Array;
}

type SeriesFields = Omit<
  SeriesSet,
  "kind" | "numImages" | "channels" | "window" | "readWindows" | "readChannel" | "close"
>;

/** A set from its fields. */
export function seriesSet(fields: SeriesFields): SeriesSet {
  const { settings, standardisation, rows, starts } = fields;
  const [C, T] = [settings.columns.length, settings.window];
  const copyChannel = (index: number, channel: number, into: Float32Array, at: number) => {
    const start = starts[index]!;
    const values = rows.channels[channel]!;
    const [mean, factor] = [standardisation.means[channel]!, 1 / standardisation.stds[channel]!];
    for (let t = 0; t < T; t++) into[at + t] = (values[start + t]! - mean) * factor;
  };
  return {
    ...fields,
    kind: "series",
    numImages: starts.length,
    channels: C,
    window: T,
    readWindows(indices, into = new Float32Array(indices.length * C * T)) {
      checkIndices("readWindows", indices, starts.length);
      for (let i = 0; i < indices.length; i++) {
        for (let c = 0; c < C; c++) copyChannel(indices[i]!, c, into, (i * C + c) * T);
      }
      return into.subarray(0, indices.length * C * T);
    },
    readChannel(index, channel, into) {
      checkIndices("readChannel", [index], starts.length);
      copyChannel(index, channel, into, 0);
    },
    close() {},
  };
}

/** Some windows of a set, in the given order. */
export function selectWindows(set: SeriesSet, indices: ArrayLike<number>): SeriesSet {
  checkIndices("selectWindows", indices, set.numImages);
  const chosen = Uint32Array.from(indices);
  return seriesSet({
    ...set,
    paths: Array.from(chosen, (index) => set.paths[index]!),
    starts: chosen.map((index) => set.starts[index]!),
    stretchOf: chosen.map((index) => set.stretchOf[index]!),
    indices: chosen.map((index) => set.indices?.[index] ?? index),
    ...selectGroupings(set, chosen),
  });
}

/** The same windows, standardised by other moments: those of the windows a run was trained on. */
export function standardisedBy(set: SeriesSet, standardisation: Standardisation): SeriesSet {
  return seriesSet({ ...set, standardisation });
}

/** Moments of the channels over the rows that the windows of a set show, each row once. */
export function standardisationOf({ rows, starts, settings }: SeriesSet): Standardisation {
  return measureChannels(rows.channels, shownRows(rows, starts, settings.window));
}

/** 1 for each row that lies in one of these windows. */
export function shownRows({ channels }: SeriesRows, starts: Uint32Array, window: number): Uint8Array {
  const isShown = new Uint8Array(channels[0]!.length);
  for (const start of starts) isShown.fill(1, start, start + window);
  return isShown;
}

/**
 * Refuse windows that nothing can be learnt from.
 * @throws ValueError for fewer than two windows, or when all are alike
 */
export function requireTrainableSeries(set: SeriesSet): void {
  const what = set.window === 1 ? "rows" : "windows";
  if (set.numImages < 2) {
    const hint = `Learning compares ${what} with each other. Shorter windows (--window) or a smaller --stride make more.`;
    throw new ValueError("requireTrainable", set.name, `a series with at least 2 ${what}`, set.numImages, hint);
  }
  const first = set.readWindows([0]).slice();
  const other = new Float32Array(first.length);
  for (let index = 1; index < set.numImages; index++) {
    if (set.readWindows([index], other).some((value, i) => value !== first[i])) return;
  }
  throw new ValueError("requireTrainable", set.name, `${what} that differ`, `${set.numImages} alike`);
}
