/** Columns of a table without holes. */
import { ValueError } from "../../compute/errors.js";
import type { Column } from "../series/table.js";

/**
 * The numbers of a column, all of which must be finite as float32.
 * @param isAsked which rows must be; all if absent
 * @throws ValueError naming file, row (the first below the names is 1) and column of the first that is not
 */
export function requireFinite(
  operation: string,
  file: string,
  name: string,
  column: Column | undefined,
  isAsked: (row: number) => boolean = () => true,
): Float64Array {
  if (column?.kind !== "numbers") {
    throw new ValueError(operation, `${file}, column ${name}`, "a column of numbers", "none in it");
  }
  const row = column.values.findIndex((value, i) => !Number.isFinite(Math.fround(value)) && isAsked(i));
  if (row === -1) return column.values;
  const value = column.values[row]!;
  const where = `${file}, row ${row + 1}, column ${name}`;
  const got = Number.isNaN(value) ? "a missing value" : value;
  const hint = Number.isNaN(value) ? "Fill it in, or leave out the row and give what follows another episode." : "";
  throw new ValueError(operation, where, "a number", got, hint);
}
