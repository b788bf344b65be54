/** Tables from CSV files, read as a stream: commas, semicolons or tabs, with or without a line of names. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type InfoRecord, parse } from "csv-parse";
import { DarkmatterError, ValueError } from "../../compute/errors.js";
import { builderFor, type ColumnBuilder, numberOf } from "./column-builder.js";
import type { Column, ColumnRoles, Table } from "./table.js";

const DELIMITERS = [",", ";", "\t"] as const;
const SNIFFED_BYTES = 1 << 16;

/**
 * Read a CSV file. Where cells are separated by something else than commas, a comma may be the decimal mark.
 * @throws ValueError naming line and column of what is no number, or the line of a row with too few or too many cells
 */
export async function readCsv(path: string, rolesOf: (names: readonly string[]) => ColumnRoles): Promise<Table> {
  const file = basename(path);
  const delimiter = await sniffDelimiter(path);
  const rows = new RowCollector(file, delimiter, rolesOf);
  const parser = parse({
    bom: true,
    delimiter,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true, // told apart here, with a better message
    on_record: (cells: string[], { lines }: InfoRecord) => {
      rows.add(cells, lines);
      return null;
    },
  });
  const nowhere = new Writable({ objectMode: true, write: (_row, _encoding, done) => done() });
  try {
    await pipeline(createReadStream(path), parser, nowhere);
  } catch (cause) {
    if (cause instanceof DarkmatterError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ValueError("openSeries", file, "a well-formed CSV file", message);
  }
  return rows.finish();
}

async function sniffDelimiter(path: string): Promise<string> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SNIFFED_BYTES), 0, SNIFFED_BYTES, 0);
    const text = buffer.toString("utf8", 0, bytesRead).trimStart();
    const firstLine = text.slice(0, text.search(/[\r\n]|$/));
    const counts = DELIMITERS.map((mark) => firstLine.split(mark).length);
    return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
  } finally {
    await handle.close();
  }
}

class RowCollector {
  #names: readonly string[] = [];
  #builders: readonly ColumnBuilder[] = [];
  #numRows = 0;
  #hasNames = true;

  constructor(
    private readonly file: string,
    private readonly delimiter: string,
    private readonly rolesOf: (names: readonly string[]) => ColumnRoles,
  ) {}

  add(cells: readonly string[], line: number): void {
    if (this.#builders.length === 0) {
      this.#hasNames = !cells.every((cell) => numberOf(this.#plain(cell)) !== undefined);
      this.#start(cells);
      if (this.#hasNames) return;
    }
    if (cells.length !== this.#names.length) {
      const hint = "Is a separator missing, or a cell with commas without quotes?";
      const expected = `${this.#names.length} cells, as its first line has`;
      throw new ValueError("openSeries", `${this.file}, line ${line}`, expected, cells.length, hint);
    }
    for (let i = 0; i < cells.length; i++) this.#builders[i]!.add(this.#plain(cells[i]!), line);
    this.#numRows++;
  }

  finish(): Table {
    const { file } = this;
    if (this.#numRows === 0) throw new ValueError("openSeries", file, "a table with rows", "none");
    const columns = new Map<string, Column>();
    const leftOut: string[] = [];
    this.#builders.forEach((builder, i) => {
      const column = builder.finish();
      if (column.kind === "left out") leftOut.push(`${this.#names[i]!} (${column.why})`);
      else columns.set(this.#names[i]!, column);
    });
    const warnings = [
      ...(leftOut.length > 0 ? [`columns of ${file} left out: ${leftOut.join(", ")}`] : []),
      ...(this.#hasNames ? [] : [`${file} has no line of names: its columns are called ${this.#names[0]}, ...`]),
    ];
    return { numRows: this.#numRows, columns, warnings };
  }

  #start(cells: readonly string[]): void {
    this.#names = cells.map((cell, i) => (this.#hasNames && cell !== "" ? cell : `column ${i + 1}`));
    const repeated = this.#names.find((name, i) => this.#names.indexOf(name) !== i);
    if (repeated !== undefined) {
      throw new ValueError("openSeries", this.file, "a table whose columns have different names", repeated);
    }
    const roles = this.rolesOf(this.#names);
    this.#builders = this.#names.map((name) => builderFor(this.file, name, roles));
  }

  /** A cell with a point for a decimal comma. */
  #plain(cell: string): string {
    return this.delimiter !== "," && /^[+-]?\d+,\d+$/.test(cell) ? cell.replace(",", ".") : cell;
  }
}
