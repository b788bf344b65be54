/** The columns of a labels file as what they are: classes, numbers, or sets of tags. */
import { lookUp, ValueError } from "../compute/errors.js";
import { inNaturalOrder, labelsFromNames } from "./groupings.js";
import type { ImageSet } from "./image-set.js";
import { readLabelCells } from "./labels-csv.js";

export type ColumnKind = "class" | "number" | "tags";

/** One column, a value for each image of the set. */
export interface LabelColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Classes or tags; empty for numbers. */
  readonly names: readonly string[];
  /**
   * The class as an index of `names`, or the number, one an image; for tags [numImages, names.length] of 0 and 1.
   * NaN (for tags in the whole row) where the cell is empty.
   */
  readonly values: Float64Array;
}

export interface LabelColumns {
  readonly columns: readonly LabelColumn[];
  /** Columns that nothing can be learnt from, and why. */
  readonly leftOut: Readonly<Record<string, string>>;
}

export interface ColumnOptions {
  /** Only these columns; then one that cannot be used is an error. */
  readonly only?: readonly string[];
  /** What columns are, where that is not what it looks like. */
  readonly kinds?: Readonly<Record<string, ColumnKind>>;
}

export const TAG_MARK = "|";
/** Whole numbers of no more different values are taken for classes. */
const MOST_NUMBERED_CLASSES = 10;
const KINDS: Readonly<Record<ColumnKind, true>> = { class: true, number: true, tags: true };

/**
 * The columns of a labels file beside "file". A column is tags if a cell has a "|" (`red|round`), numbers if every cell is a number
 * and they are not just a few whole ones, else classes. An empty cell is not known.
 * @throws ValueError if the file or a column that was asked for cannot be used, or nothing can be learnt from any column
 */
export async function readLabelColumns(
  set: Pick<ImageSet, "name" | "paths" | "numImages" | "skipped">,
  labelsPath: string,
  options: ColumnOptions = {},
): Promise<LabelColumns> {
  const cells = await readLabelCells(set, labelsPath);
  const known = Object.fromEntries([...cells.keys()].map((name) => [name, true]));
  for (const name of [...(options.only ?? []), ...Object.keys(options.kinds ?? {})]) {
    lookUp("readLabelColumns", "column", known, name);
  }
  const columns: LabelColumn[] = [];
  const leftOut: Record<string, string> = {};
  for (const [name, values] of cells) {
    if (options.only && !options.only.includes(name)) continue;
    const kind = options.kinds?.[name] ?? kindOf(values);
    lookUp("readLabelColumns", "kind", KINDS, kind);
    const column = columnOf(name, kind, values, set.paths);
    const flaw = flawOf(column, options.kinds?.[name] !== undefined || options.only !== undefined);
    if (flaw === undefined) columns.push(column);
    else if (options.only)
      throw new ValueError("readLabelColumns", name, "a column that something can be learnt from", flaw);
    else leftOut[name] = flaw;
  }
  if (columns.length === 0) {
    const got = Object.entries(leftOut).map(([name, flaw]) => `${name}: ${flaw}`);
    throw new ValueError("readLabelColumns", labelsPath, "a file in which some column can be learnt", got.join("; "));
  }
  return { columns, leftOut };
}

/** What a column looks like. */
export function kindOf(cells: readonly string[]): ColumnKind {
  const filled = cells.filter((cell) => cell !== "");
  if (filled.some((cell) => cell.includes(TAG_MARK))) return "tags";
  if (filled.length === 0 || !filled.every((cell) => isNumber(cell) || isNotANumber(cell))) return "class";
  const isNumbered = filled.every((cell) => /^[+-]?\d+$/.test(cell)) && new Set(filled).size <= MOST_NUMBERED_CLASSES;
  return isNumbered ? "class" : "number";
}

function columnOf(name: string, kind: ColumnKind, cells: readonly string[], paths: readonly string[]): LabelColumn {
  if (kind === "number") return { name, kind, names: [], values: numbersOf(name, cells, paths) };
  if (kind === "tags") return { name, kind, ...tagsOf(cells) };
  const { classNames, classOf } = labelsFromNames(cells.map((cell) => cell || undefined));
  return { name, kind, names: classNames, values: Float64Array.from(classOf, (c) => (c < 0 ? Number.NaN : c)) };
}

function numbersOf(name: string, cells: readonly string[], paths: readonly string[]): Float64Array {
  return Float64Array.from(cells, (cell, image) => {
    if (cell === "") return Number.NaN;
    if (isNumber(cell)) return Number(cell);
    const hint = "Leave the cell empty where it is not known.";
    throw new ValueError("readLabelColumns", name, "a number for every image", `${cell} for ${paths[image]}`, hint);
  });
}

function tagsOf(cells: readonly string[]): Pick<LabelColumn, "names" | "values"> {
  const tagged = cells.map((cell) =>
    cell
      .split(TAG_MARK)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ""),
  );
  const names = [...new Set(tagged.flat())].sort(inNaturalOrder);
  const values = tagged.flatMap((tags, image) =>
    // "|" alone is known to have no tag
    names.map((tag) => (cells[image] === "" ? Number.NaN : tags.includes(tag) ? 1 : 0)),
  );
  return { names, values: Float64Array.from(values) };
}

/** Why nothing can be learnt from a column; undefined if something can. */
function flawOf({ kind, names, values }: LabelColumn, isMeant: boolean): string | undefined {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return "it is empty";
  if (kind === "tags") return undefined;
  const different = new Set(known).size;
  if (different === 1)
    return kind === "class" ? `one class only, ${names[0]}` : `the same number everywhere, ${known[0]}`;
  if (kind === "class" && different === known.length && !isMeant)
    return "every value is different, as of an identifier";
  return undefined;
}

function isNumber(cell: string): boolean {
  return cell !== "" && Number.isFinite(Number(cell));
}

function isNotANumber(cell: string): boolean {
  return /^[+-]?(nan|inf(inity)?)$/i.test(cell);
}
