/** Embeddings as a Parquet table, which DuckDB, pandas, Polars and most databases read as it is. */
import { ByteWriter, parquetWriteRows, type SchemaElement } from "hyparquet-writer";
import { type EmbeddingFormat, type Embeddings, vectorOf } from "./embedding-format.js";

const ROWS_A_GROUP = 8192;

/** The standard three levels of a list: one place for the list, one for repetition, one for the numbers. */
const SCHEMA: SchemaElement[] = [
  { name: "root", num_children: 2 },
  { name: "path", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
  { name: "embedding", converted_type: "LIST", repetition_type: "REQUIRED", num_children: 1 },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", type: "FLOAT", repetition_type: "REQUIRED" },
];

/**
 * A table with the columns path (string) and embedding (list of float32), one row an image. Numbers are stored plain:
 * features hardly compress.
 */
export const parquet: EmbeddingFormat = {
  name: "parquet",
  summary: "a table with the columns path and embedding (list of float32)",
  encode(path, embeddings) {
    const writer = new PartsWriter();
    parquetWriteRows({
      writer,
      schema: SCHEMA,
      columns: [{ name: "path" }, { name: "embedding", codec: "UNCOMPRESSED", encoding: "PLAIN", statistics: false }],
      rows: rowsOf(embeddings),
      rowGroupSize: ROWS_A_GROUP,
      createdBy: "darkmatter",
    });
    return [{ path, parts: writer.parts }];
  },
};

function* rowsOf(embeddings: Embeddings): Generator<{ path: string; embedding: number[] }> {
  for (const [row, path] of embeddings.paths.entries()) {
    yield { path, embedding: Array.from(vectorOf(embeddings, row)) };
  }
}

/** Keeps what is written in parts, since one buffer for all of a large table could not grow far enough. */
class PartsWriter extends ByteWriter {
  readonly parts: Uint8Array[] = [];
  flush(): void {
    this.parts.push(this.getBytes().slice());
    this.index = 0;
  }
  override finish(): void {
    this.flush();
  }
}
