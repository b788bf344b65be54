/** The files that episodes are read from: found in natural order, and told apart from others by a fingerprint. */
import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { ValueError } from "../../compute/errors.js";
import { inNaturalOrder } from "../groupings.js";
import { isHidden } from "../image-source.js";

export interface SourceFile {
  /** As it can be opened. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/**
 * A file, or the files of a kind that lie directly in a folder.
 * @param kind of files, for messages: "a video"
 * @throws ValueError if there is nothing at the path, or nothing of this kind
 */
export function sourceFiles(
  operation: string,
  path: string,
  kind: string,
  isOfKind: (name: string) => boolean,
): readonly SourceFile[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new ValueError(operation, "path", "a file or folder that exists", path);
  const paths = stats.isDirectory()
    ? readdirSync(path)
        .filter((name) => isOfKind(name) && !isHidden(name))
        .sort((a, b) => inNaturalOrder(a, b) || (a < b ? -1 : 1))
        .map((name) => join(path, name))
    : [path].filter((file) => isOfKind(basename(file)));
  const files = paths.map(sourceFile).filter((file) => file !== undefined);
  if (files.length === 0) throw new ValueError(operation, "path", `${kind}, or a folder with such files`, path);
  return files;
}

/** Undefined for what is no file. */
export function sourceFile(path: string): SourceFile | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? { path, bytes: stats.size, modifiedMs: stats.mtimeMs } : undefined;
}

/** Changes when a file is added, renamed or edited; does not when all are moved elsewhere. */
export function fingerprintOf(root: string, files: readonly SourceFile[]): string {
  const hash = createHash("sha256");
  for (const { path, bytes, modifiedMs } of files) {
    const below = path.startsWith(root) ? path.slice(root.length) : path;
    hash.update(`${below}\0${bytes}\0${modifiedMs}\n`);
  }
  return hash.digest("hex").slice(0, 32);
}
