/** Files that are whole or absent: written beside their place, flushed, then renamed. A crash leaves the old one. */
import { open, rename, rm } from "node:fs/promises";
import { DarkmatterError } from "../compute/index.js";

/**
 * @throws DarkmatterError if the disk is full or the folder cannot be written; what was there before is untouched
 */
export async function writeFileAtomic(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    const file = await open(temporary, "w");
    try {
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw writeError(path, cause as NodeJS.ErrnoException);
  }
}

/** In the same folder, so that the rename is atomic. */
function temporaryPath(path: string): string {
  return `${path}.${process.pid}.tmp`;
}

/** Is this the name of a file that was being written? */
export function isTemporary(name: string): boolean {
  return /\.\d+\.tmp$/.test(name);
}

/** JSON has no NaN or infinities: they become null. */
export function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  return writeFileAtomic(path, [new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)]);
}

/** What went wrong with a write, in words. */
export function writeError(path: string, cause: NodeJS.ErrnoException): DarkmatterError {
  const reasons: Record<string, string> = {
    ENOSPC: "the disk is full. Free some space and resume: what was saved before is whole",
    EDQUOT: "the disk quota is used up. Free some space and resume: what was saved before is whole",
    EACCES: "the folder may not be written",
    EROFS: "the disk is read-only",
    ENOENT: "its folder is gone",
  };
  return new DarkmatterError(`write ${path}: ${reasons[cause.code ?? ""] ?? cause.message}.`, { cause });
}
