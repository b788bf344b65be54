/** A table file of any kind that can be read. */
import { statSync } from "node:fs";
import { ValueError } from "../../compute/errors.js";
import { readCsv } from "./read-csv.js";
import { readParquet } from "./read-parquet.js";
import type { ColumnRoles, Table } from "./table.js";

const READERS = { csv: readCsv, tsv: readCsv, parquet: readParquet };
type Extension = keyof typeof READERS;

/** Is this the name of a file that holds a series or a table? */
export function isSeriesName(path: string): boolean {
  return extensionOf(path) !== undefined;
}

/**
 * Read a .csv, .tsv or .parquet file whole.
 * @throws ValueError for another kind of file, one that is not there, or one that is not well formed
 */
export async function readTable(path: string, rolesOf: (names: readonly string[]) => ColumnRoles): Promise<Table> {
  const extension = extensionOf(path);
  if (extension === undefined) {
    throw new ValueError("openSeries", "path", `a file ending in .${Object.keys(READERS).join(", .")}`, path);
  }
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new ValueError("openSeries", "path", "a file that exists", path);
  }
  return await READERS[extension](path, rolesOf);
}

function extensionOf(path: string): Extension | undefined {
  const extension = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  return Object.hasOwn(READERS, extension) ? (extension as Extension) : undefined;
}
