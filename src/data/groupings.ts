/** Making labels: from names, and from the folders that images lie in. */
import type { Labels } from "./image-set.js";

/** Labels from one class name an image; undefined is unlabelled. Classes are sorted, numbers by value. */
export function labelsFromNames(names: readonly (string | undefined)[]): Labels {
  const classNames = [...new Set(names)].filter((name) => name !== undefined).sort(inNaturalOrder);
  const numberOf = new Map(classNames.map((name, number) => [name, number]));
  return { classNames, classOf: Int32Array.from(names, (name) => (name === undefined ? -1 : numberOf.get(name)!)) };
}

const SPLIT_FOLDERS = new Set(["train", "training", "val", "valid", "validation", "test", "testing"]);

/**
 * The classes that folders spell: `cats/1.jpg` and `dogs/2.jpg` are two. Folders that all images share are passed over;
 * so are `train`, `test` and the like, which become the attribute "split". An image beside the class folders is
 * unlabelled. There are no labels if fewer than two classes come out.
 */
export function groupingsFromFolders(paths: readonly string[]): {
  readonly labels?: Labels;
  readonly attributes?: Readonly<Record<string, Labels>>;
} {
  const folders = dropShared(paths.map((path) => path.split("/").slice(0, -1)));
  const hasSplits = folders.length > 0 && folders.every(([first]) => SPLIT_FOLDERS.has(first?.toLowerCase() ?? ""));
  const classFolders = hasSplits ? dropShared(folders.map((parts) => parts.slice(1))) : folders;
  const labels = labelsFromNames(classFolders.map(([first]) => first));
  return {
    ...(labels.classNames.length >= 2 && { labels }),
    ...(hasSplits && { attributes: { split: labelsFromNames(folders.map(([first]) => first)) } }),
  };
}

/** Sorts "img2" before "img10", alike on every machine. */
export const inNaturalOrder = new Intl.Collator("en", { numeric: true }).compare;

/** Without the leading folders common to all. */
function dropShared(folders: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const first = folders[0] ?? [];
  let depth = 0;
  while (depth < first.length && folders.every((parts) => parts[depth] === first[depth])) depth++;
  return folders.map((parts) => parts.slice(depth));
}
