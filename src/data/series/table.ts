/** A table as it lies in a file: columns of numbers and columns of words, whole in memory. */

/** One column of numbers; NaN where the cell was empty. */
export interface NumberColumn {
  readonly kind: "numbers";
  readonly values: Float64Array;
  readonly numMissing: number;
}

/** One column of words: each row an index into the words, -1 where the cell was empty. */
export interface WordColumn {
  readonly kind: "words";
  readonly words: readonly string[];
  readonly codes: Int32Array;
}

export type Column = NumberColumn | WordColumn;

export interface Table {
  readonly numRows: number;
  /** By name, in the order of the file. */
  readonly columns: ReadonlyMap<string, Column>;
  /** What its owner should know, such as columns that were left out. */
  readonly warnings: readonly string[];
}

/** Columns of these names hold the time, unless another is chosen. */
export const TIME_NAMES: readonly string[] = ["time", "timestamp", "datetime", "date_time", "date"];

/** How the columns of a file are to be read. */
export interface ColumnRoles {
  /** The column of time, numbers or dates: chosen, or taken by its name if its cells are times. */
  readonly time?: { readonly name: string; readonly isChosen: boolean };
  /** Columns whose cells are names, even where they look like numbers. */
  readonly words: readonly string[];
  /** Columns that must be numbers. */
  readonly numbers: readonly string[];
}
