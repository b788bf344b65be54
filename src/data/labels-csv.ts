/** Labels from a table: a CSV file with a header and the columns file, label, and any further ones as attributes. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { parse } from "csv-parse/sync";
import { nearestName, ValueError } from "../compute/errors.js";
import { labelsFromNames } from "./groupings.js";
import type { ImageSet, Labels } from "./image-set.js";

const FILE_COLUMNS = ["file", "filename", "file_name", "path", "image"];
const LABEL_COLUMNS = ["label", "class", "category"];

/**
 * The set with the labels of a CSV file in place of its own. `file` is a path as the set shows it, or any ending of one
 * ("b/1.jpg", "1.jpg") that only one image has; an empty label means unlabelled. The column "label" (or else the
 * first other one) is the label, further columns become attributes by their names. Commas, semicolons or tabs separate.
 * Rows of unknown files and images without a row are counted in the warnings.
 * @throws ValueError if the file cannot be read, lacks the columns, names no image of the set, names one twice with
 * different labels, or has fewer than two classes
 */
export async function withLabelsFile(set: ImageSet, labelsPath: string): Promise<ImageSet> {
  const table = await readTable(labelsPath);
  const { labelColumn, attributeColumns } = table;
  const { rowOf, unknown } = matchRows(set, labelsPath, table);
  const column = (name: string): Labels =>
    labelsFromNames(set.paths.map((_, index) => rowOf.get(index)?.[name] || undefined));
  const labels = column(labelColumn);
  if (labels.classNames.length < 2) {
    const hint = "Evaluation tells classes apart; leave the labels out if there are none.";
    throw new ValueError("openImages", labelsPath, "labels of at least 2 classes", labels.classNames, hint);
  }
  const attributes = Object.fromEntries(attributeColumns.map((name) => [name, column(name)]));
  return {
    ...set,
    labels,
    attributes: { ...set.attributes, ...attributes },
    warnings: [...set.warnings, ...describeGaps(labelsPath, set, unknown, labels)],
  };
}

/**
 * The cells of a labels file by column, one an image of the set; "" where a cell is empty or an image has no row.
 * @throws ValueError as `withLabelsFile`, except that any number of classes will do
 */
export async function readLabelCells(
  set: Pick<ImageSet, "name" | "paths" | "numImages" | "skipped">,
  labelsPath: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const table = await readTable(labelsPath);
  const { rowOf } = matchRows(set, labelsPath, table);
  const columns = [table.labelColumn, ...table.attributeColumns];
  return new Map(columns.map((name) => [name, set.paths.map((_, index) => rowOf.get(index)?.[name] ?? "")]));
}

type NamedImages = Pick<ImageSet, "name" | "paths" | "numImages">;

/** Which row belongs to which image, and the files that are no image of the set. */
function matchRows(set: NamedImages, labelsPath: string, { fileColumn, labelColumn, rows }: LabelTable) {
  const indexOf = pathIndex(set.paths);
  const unknown: string[] = [];
  const rowOf = new Map<number, Record<string, string>>();
  for (const row of rows) {
    const file = row[fileColumn]!;
    const index = indexOf(file);
    if (index === undefined) {
      unknown.push(file);
      continue;
    }
    const earlier = rowOf.get(index)?.[labelColumn];
    if (earlier !== undefined && earlier !== row[labelColumn]) {
      const got = `${file}: ${earlier} and ${row[labelColumn]}`;
      throw new ValueError("openImages", labelsPath, "one label an image", got);
    }
    rowOf.set(index, row);
  }
  if (rowOf.size === 0) {
    const hint = `The images are called ${set.paths.slice(0, 3).join(", ")}${set.numImages > 3 ? ", ..." : ""}.`;
    const got = unknown.length === 0 ? "no rows" : `unknown files ${unknown.slice(0, 3).join(", ")}`;
    throw new ValueError("openImages", labelsPath, `labels for images of "${set.name}"`, got, hint);
  }
  return { rowOf, unknown };
}

interface LabelTable {
  readonly fileColumn: string;
  readonly labelColumn: string;
  readonly attributeColumns: readonly string[];
  readonly rows: readonly Record<string, string>[];
}

async function readTable(labelsPath: string): Promise<LabelTable> {
  const text = await readFile(labelsPath, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new ValueError("openImages", "labels", "a readable CSV file", `${labelsPath} (${cause.code})`);
  });
  const header = text.slice(0, text.search(/[\r\n]|$/));
  const delimiter = [",", ";", "\t"].find((mark) => header.includes(mark)) ?? ",";
  let columns: string[] = [];
  const rows = parseCsv(labelsPath, text, delimiter, (names) => {
    columns = names;
  });
  const fileColumn = columns.find((name) => FILE_COLUMNS.includes(name.toLowerCase()));
  const others = columns.filter((name) => name !== fileColumn);
  const labelColumn = others.find((name) => LABEL_COLUMNS.includes(name.toLowerCase())) ?? others[0];
  if (fileColumn === undefined || labelColumn === undefined) {
    const hint = 'For example: a first line "file,label", then "cats/1.jpg,cat".';
    throw new ValueError("openImages", labelsPath, 'a CSV file with the columns "file" and "label"', columns, hint);
  }
  return { fileColumn, labelColumn, attributeColumns: others.filter((name) => name !== labelColumn), rows };
}

function parseCsv(labelsPath: string, text: string, delimiter: string, onHeader: (names: string[]) => void) {
  try {
    return parse<Record<string, string>>(text, {
      bom: true,
      delimiter,
      skip_empty_lines: true,
      trim: true,
      columns: (names: string[]) => {
        onHeader(names);
        return names;
      },
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ValueError("openImages", labelsPath, "a well-formed CSV file", message);
  }
}

/** Finds an image by its path or by an ending of it that is unique, in the set, at a folder boundary. */
function pathIndex(paths: readonly string[]): (file: string) => number | undefined {
  const AMBIGUOUS = -1;
  const indexOf = new Map<string, number>();
  paths.forEach((path, index) => {
    for (let start = path.indexOf("/"); start !== -1; start = path.indexOf("/", start + 1)) {
      const ending = path.slice(start + 1);
      indexOf.set(ending, indexOf.has(ending) ? AMBIGUOUS : index);
    }
  });
  // a whole path always means itself
  paths.forEach((path, index) => {
    indexOf.set(path, index);
  });
  return (file) => {
    const index = indexOf.get(file.replaceAll("\\", "/").replace(/^(\.\/)+/, ""));
    return index === AMBIGUOUS ? undefined : index;
  };
}

function describeGaps(labelsPath: string, set: ImageSet, unknown: readonly string[], labels: Labels): string[] {
  const known = new Set(set.skipped.map(({ path }) => path));
  const missing = unknown.filter((file) => !known.has(file));
  const numUnlabelled = labels.classOf.filter((label) => label < 0).length;
  const file = basename(labelsPath);
  const shown = missing.slice(0, 3).map((name) => {
    const nearest = nearestName(name, set.paths);
    return nearest === undefined ? name : `${name} (nearest: ${nearest})`;
  });
  const examples = shown.join(", ") + (missing.length > 3 ? ", ..." : "");
  return [
    ...(missing.length > 0
      ? [`${file} names files that are not among the images (${missing.length}): ${examples}`]
      : []),
    ...(numUnlabelled > 0 ? [`${file} has no label for ${numUnlabelled} of ${set.numImages} images`] : []),
  ];
}
