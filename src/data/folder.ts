/** A folder of images, with everything below it. */
import { createHash } from "node:crypto";
import type { Dirent } from "node:fs";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { ValueError } from "../compute/errors.js";
import { groupingsFromFolders, inNaturalOrder } from "./groupings.js";
import type { SkippedFile } from "./image-set.js";
import {
  EvenSample,
  IMAGE_FORMATS,
  type ImageSource,
  isHidden,
  isImageName,
  type SourceImage,
  type SourceListing,
} from "./image-source.js";

interface FoundFile {
  /** Relative to the folder, with "/" on every system. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

export interface FoundFiles {
  readonly images: readonly FoundFile[];
  readonly skipped: readonly SkippedFile[];
  /** Names of the other files, for the message when there is no image. */
  readonly otherNames: readonly string[];
}

/**
 * The images below a folder, in natural order of their paths. Links are followed, each folder is visited once, and
 * hidden files are left out. The fingerprint covers path, size and modification time of every image.
 * @throws ValueError if the folder cannot be read or holds no image
 */
export async function folderSource(folder: string): Promise<ImageSource> {
  const root = resolve(folder);
  const { images, skipped, otherNames } = await findFiles(root);
  if (images.length === 0) throw noImages(folder, otherNames, skipped);
  const fingerprint = createHash("sha256");
  for (const { path, bytes, modifiedMs } of images) fingerprint.update(`${path}\0${bytes}\0${modifiedMs}\n`);
  return {
    name: basename(root),
    identity: `folder ${await realpath(root)}`,
    fingerprint: fingerprint.digest("hex"),
    list: async () => listFolder(root, images, skipped),
  };
}

function listFolder(root: string, images: readonly FoundFile[], skipped: readonly SkippedFile[]): SourceListing {
  const sample = new EvenSample<SourceImage>();
  const paths = images.map(({ path }) => path);
  const imageAt = (path: string): SourceImage => ({ path, load: () => readFile(join(root, path)) });
  for (const path of paths) sample.add(imageAt(path));
  return {
    paths,
    skipped,
    warnings: [],
    sample: sample.items,
    ...groupingsFromFolders(paths),
    async *images() {
      for (const path of paths) yield imageAt(path);
    },
  };
}

/**
 * Walk a folder. Linked folders wait until all real ones are done, so that a picture reachable both ways is listed at
 * its own place, once; that also ends a loop of links.
 * @throws ValueError if the folder itself cannot be read
 */
export async function findFiles(root: string): Promise<FoundFiles> {
  const found = { images: [] as FoundFile[], skipped: [] as SkippedFile[], otherNames: [] as string[] };
  const visited = new Set<string>();
  const folders = [root];
  const linkedFolders: string[] = [];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop() ?? linkedFolders.sort().shift()) {
    const path = toPortable(relative(root, folder));
    try {
      const real = await realpath(folder);
      if (visited.has(real)) continue;
      visited.add(real);
      const entries = await readdir(folder, { withFileTypes: true });
      await inGroups(entries, (entry) => visit(join(folder, entry.name), entry));
    } catch (cause) {
      if (folder === root) throw unreadable(root, cause);
      found.skipped.push({ path: `${path}/`, reason: `folder cannot be read (${codeOf(cause)})` });
    }
  }
  found.images.sort((a, b) => inNaturalOrder(a.path, b.path) || (a.path < b.path ? -1 : 1));
  found.skipped.sort((a, b) => inNaturalOrder(a.path, b.path));
  return found;

  async function visit(absolute: string, entry: Dirent): Promise<void> {
    if (isHidden(entry.name)) return;
    const path = toPortable(relative(root, absolute));
    if (entry.isDirectory()) {
      folders.push(absolute);
    } else if (entry.isSymbolicLink() || isImageName(entry.name)) {
      try {
        const stats = await stat(absolute);
        if (stats.isDirectory()) linkedFolders.push(absolute);
        else if (!isImageName(entry.name)) found.otherNames.push(entry.name);
        else if (stats.isFile()) found.images.push({ path, bytes: stats.size, modifiedMs: stats.mtimeMs });
        else found.skipped.push({ path, reason: "not a regular file" });
      } catch (cause) {
        if (isImageName(entry.name)) found.skipped.push({ path, reason: `cannot be read (${codeOf(cause)})` });
      }
    } else {
      found.otherNames.push(entry.name);
    }
  }
}

/** Many at once, but not more open files than a system allows. */
async function inGroups<T>(items: readonly T[], visit: (item: T) => Promise<void>): Promise<void> {
  const GROUP = 64;
  for (let start = 0; start < items.length; start += GROUP) {
    await Promise.all(items.slice(start, start + GROUP).map(visit));
  }
}

function noImages(folder: string, otherNames: readonly string[], skipped: readonly SkippedFile[]): ValueError {
  const others = `${otherNames.slice(0, 3).join(", ")}${otherNames.length > 3 ? ", ..." : ""}`;
  const got = otherNames.length > 0 ? `only other files: ${others} (${otherNames.length} in all)` : "none";
  const hint =
    skipped.length > 0
      ? `${skipped.length} could not be read, such as ${skipped[0]!.path}: ${skipped[0]!.reason}.`
      : "Images are found by the ending of their names, in all subfolders.";
  return new ValueError("openImages", folder, `a folder with ${IMAGE_FORMATS} files`, got, hint);
}

function unreadable(folder: string, cause: unknown): ValueError {
  const hint = "Check that it exists and that you may read it.";
  return new ValueError("openImages", "folder", "readable", `${folder} (${codeOf(cause)})`, hint);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function toPortable(path: string): string {
  return path.replaceAll("\\", "/");
}
