/** Tables from Parquet files. */
import { basename } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } from "hyparquet";
import { DarkmatterError, ValueError } from "../../compute/errors.js";
import { builderFor, type Cell } from "./column-builder.js";
import type { Column, ColumnRoles, Table } from "./table.js";

/**
 * Read a Parquet file, one column at a time. Nested columns are left out.
 * @throws ValueError for a file that is no Parquet or is compressed in a way that cannot be read here
 */
export async function readParquet(path: string, rolesOf: (names: readonly string[]) => ColumnRoles): Promise<Table> {
  const name = basename(path);
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const fields = parquetSchema(metadata).children;
    const flat = fields.filter(({ children }) => children.length === 0).map(({ element }) => element.name);
    const nested = fields.filter(({ children }) => children.length > 0).map(({ element }) => element.name);
    const roles = rolesOf(flat);
    const columns = new Map<string, Column>();
    const leftOut = nested.map((column) => `${column} (nested)`);
    for (const column of flat) {
      const builder = builderFor(name, column, roles);
      await parquetRead({
        file,
        metadata,
        columns: [column],
        onChunk({ columnData, rowStart }) {
          for (let i = 0; i < columnData.length; i++) builder.add(columnData[i] as Cell, rowStart + i + 1);
        },
      });
      const finished = builder.finish();
      if (finished.kind === "left out") leftOut.push(`${column} (${finished.why})`);
      else columns.set(column, finished);
    }
    const numRows = Number(metadata.num_rows);
    if (numRows === 0) throw new ValueError("openSeries", name, "a table with rows", "none");
    const warnings = leftOut.length > 0 ? [`columns of ${name} left out: ${leftOut.join(", ")}`] : [];
    return { numRows, columns, warnings };
  } catch (cause) {
    if (cause instanceof DarkmatterError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const hint = "Parquet without compression or with Snappy can be read.";
    throw new ValueError("openSeries", name, "a readable Parquet file", message, hint);
  }
}
