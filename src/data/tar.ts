/**
 * Images straight from tar archives, plain or gzipped, one or many shards. Classes are the folders inside, or, in the
 * webdataset manner, the content of `key.cls` beside `key.jpg`.
 */
import { createHash } from "node:crypto";
import { realpath, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { ValueError } from "../compute/errors.js";
import { groupingsFromFolders, labelsFromNames } from "./groupings.js";
import { describeSkipped, type SkippedFile } from "./image-set.js";
import {
  EvenSample,
  IMAGE_FORMATS,
  type ImageSource,
  isImageName,
  type SourceImage,
  type SourceListing,
} from "./image-source.js";
import { readTar } from "./tar-archive.js";

const ARCHIVE_NAME = /\.(tar|tar\.gz|tgz)$/i;

export function isArchiveName(path: string): boolean {
  return ARCHIVE_NAME.test(path);
}

/**
 * The images of these archives, in the archives' order. The fingerprint covers path, size and modification time of the
 * archives. Listing reads them once from end to end, decoding a second time.
 * @throws ValueError if an archive cannot be read; from `list()`, if there is no image in them
 */
export async function tarSource(archives: readonly string[]): Promise<ImageSource> {
  const files = archives.map((archive) => resolve(archive));
  const fingerprint = createHash("sha256");
  for (const file of files) {
    const { size, mtimeMs } = await stat(file).catch((cause: NodeJS.ErrnoException) => {
      throw new ValueError("openImages", "archive", "readable", `${file} (${cause.code})`);
    });
    fingerprint.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  const isOne = files.length === 1;
  const real = await Promise.all(files.map((file) => realpath(file)));
  return {
    name: isOne ? basename(files[0]!).replace(ARCHIVE_NAME, "") : basename(dirname(files[0]!)),
    identity: `tar ${real.join("\0")}`,
    fingerprint: fingerprint.digest("hex"),
    list: () => listArchives(files),
  };
}

async function listArchives(files: readonly string[]): Promise<SourceListing> {
  const innerPaths: string[] = [];
  const paths: string[] = [];
  const keys: string[] = [];
  const classOfKey = new Map<string, string>();
  const skipped: SkippedFile[] = [];
  const sample = new EvenSample<SourceImage>();
  for (const file of files) {
    for await (const { path, content } of wholeEntries(file, skipped)) {
      const key = `${file}\0${keyOf(path)}`;
      if (path.endsWith(".cls")) classOfKey.set(key, content.toString("utf8").trim());
      if (!isImageName(path)) continue;
      innerPaths.push(path);
      paths.push(displayPath(files, file, path));
      keys.push(key);
      sample.add({ path, load: () => Promise.resolve(content) });
    }
  }
  if (paths.length === 0) {
    const expected = `an archive with ${IMAGE_FORMATS} files`;
    throw new ValueError(
      "openImages",
      files.map((file) => basename(file)).join(", "),
      expected,
      "none",
      describeSkipped(skipped),
    );
  }
  const groupings =
    classOfKey.size > 0
      ? { labels: labelsFromNames(keys.map((key) => classOfKey.get(key))) }
      : groupingsFromFolders(innerPaths);
  return {
    paths,
    skipped,
    warnings: [],
    sample: sample.items,
    ...groupings,
    images: () => readImages(files, paths.length),
  };
}

/** The same images once more, now with their content. */
async function* readImages(files: readonly string[], numImages: number): AsyncGenerator<SourceImage> {
  let numRead = 0;
  for (const file of files) {
    for await (const { path, content } of wholeEntries(file, [])) {
      if (!isImageName(path)) continue;
      if (numRead++ === numImages) return;
      yield { path: displayPath(files, file, path), load: () => Promise.resolve(content) };
    }
  }
}

/** The entries up to where the archive is damaged; the damage is reported, what came before it is kept. */
async function* wholeEntries(file: string, skipped: SkippedFile[]) {
  try {
    yield* readTar(file);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    skipped.push({ path: basename(file), reason: `archive is damaged, what follows is lost: ${message}` });
  }
}

function displayPath(files: readonly string[], file: string, entryPath: string): string {
  return files.length === 1 ? entryPath : `${basename(file)}/${entryPath}`;
}

/** The sample a file belongs to: its path up to the first dot of its name. */
function keyOf(path: string): string {
  const nameStart = path.lastIndexOf("/") + 1;
  const dot = path.indexOf(".", nameStart);
  return dot === -1 ? path : path.slice(0, dot);
}
