/** From cells to columns: what is a number, what is a name, what is missing. */
import { ValueError } from "../../compute/errors.js";
import { Growing } from "./growing.js";
import type { Column, ColumnRoles } from "./table.js";

/** What people and programs write into cells that hold nothing. */
const MISSING = new Set(["", "na", "n/a", "nan", "null", "none", "nil", "?", "-"]);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A cell as a file format gives it. */
export type Cell = string | number | bigint | boolean | Date | null | undefined;

/** Collects the cells of one column, in order. */
export interface ColumnBuilder {
  /** @param line where the cell stands, for messages */
  add(cell: Cell, line: number): void;
  /** The column, or why there is none. */
  finish(): Column | { readonly kind: "left out"; readonly why: string };
}

/** The builder for a column, by what is known of its role. */
export function builderFor(file: string, name: string, roles: ColumnRoles): ColumnBuilder {
  if (roles.time?.name === name) return new TimeBuilder(file, name, roles.time.isChosen);
  if (roles.words.includes(name)) return new WordBuilder();
  return new NumberBuilder(file, name, roles.numbers.includes(name));
}

/** A cell as a number: NaN where nothing is in it, undefined where something else is. */
export function numberOf(cell: Cell): number | undefined {
  if (cell === null || cell === undefined) return Number.NaN;
  if (typeof cell === "number") return Number.isFinite(cell) || Number.isNaN(cell) ? cell : undefined;
  if (typeof cell === "bigint" || typeof cell === "boolean") return Number(cell);
  if (typeof cell !== "string") return undefined;
  if (NUMBER.test(cell)) return Number(cell);
  return isMissing(cell) ? Number.NaN : undefined;
}

function isMissing(cell: Cell): boolean {
  if (typeof cell === "string") return MISSING.has(cell.toLowerCase());
  return cell === null || cell === undefined || Number.isNaN(cell);
}

/** Numbers, until most cells turn out to be none. */
class NumberBuilder implements ColumnBuilder {
  readonly #values = new Growing((length) => new Float64Array(length));
  #numMissing = 0;
  #numOther = 0;
  #firstOther: { readonly cell: Cell; readonly line: number } | undefined;

  constructor(
    private readonly file: string,
    private readonly name: string,
    private readonly isRequired: boolean,
  ) {}

  add(cell: Cell, line: number): void {
    const value = numberOf(cell);
    if (value === undefined) {
      this.#numOther++;
      this.#firstOther ??= { cell, line };
    } else if (Number.isNaN(value)) this.#numMissing++;
    this.#values.push(value ?? Number.NaN);
  }

  finish(): ReturnType<ColumnBuilder["finish"]> {
    const numNumbers = this.#values.length - this.#numMissing - this.#numOther;
    if (this.#firstOther !== undefined && (this.isRequired || numNumbers > this.#numOther)) throw this.#notANumber();
    if (this.#firstOther !== undefined) return { kind: "left out", why: "words" };
    if (numNumbers === 0) return { kind: "left out", why: "empty" };
    return { kind: "numbers", values: this.#values.finish(), numMissing: this.#numMissing };
  }

  #notANumber(): ValueError {
    const { cell, line } = this.#firstOther!;
    const more = this.#numOther > 1 ? ` It has ${this.#numOther} such cells.` : "";
    const hint = `Empty, NA and NaN stand for a missing value.${more}`;
    return new ValueError("openSeries", `${this.file}, line ${line}, column ${this.name}`, "a number", cell, hint);
  }
}

/** Names: labels and groups. */
class WordBuilder implements ColumnBuilder {
  readonly #codes = new Growing((length) => new Int32Array(length));
  readonly #codeOf = new Map<string, number>();

  add(cell: Cell): void {
    if (isMissing(cell)) {
      this.#codes.push(-1);
      return;
    }
    const word = cell instanceof Date ? cell.toISOString() : String(cell);
    let code = this.#codeOf.get(word);
    if (code === undefined) {
      code = this.#codeOf.size;
      this.#codeOf.set(word, code);
    }
    this.#codes.push(code);
  }

  finish(): Column {
    return { kind: "words", words: [...this.#codeOf.keys()], codes: this.#codes.finish() };
  }
}

/** Times: numbers as they are, dates in milliseconds. */
class TimeBuilder implements ColumnBuilder {
  readonly #values = new Growing((length) => new Float64Array(length));
  #isTime = true;

  constructor(
    private readonly file: string,
    private readonly name: string,
    private readonly isChosen: boolean,
  ) {}

  add(cell: Cell, line: number): void {
    const number = cell instanceof Date ? cell.getTime() : numberOf(cell);
    const time = number ?? Date.parse(String(cell));
    if (Number.isNaN(time)) this.#isTime = false;
    if (!this.#isTime && this.isChosen) {
      const where = `${this.file}, line ${line}, column ${this.name}`;
      throw new ValueError("openSeries", where, "a time: a number, or a date such as 2026-11-22 08:30:00", cell);
    }
    this.#values.push(time);
  }

  finish(): ReturnType<ColumnBuilder["finish"]> {
    if (!this.#isTime) return { kind: "left out", why: "named like a time, but not all of it is" };
    return { kind: "numbers", values: this.#values.finish(), numMissing: 0 };
  }
}
