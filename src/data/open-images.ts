/** The way in: a folder, an archive, several archives, or the name of a data set. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { nearestName, ValueError } from "../compute/errors.js";
import { type CacheOptions, cacheDirectory, openSource } from "./cached-set.js";
import { datasets, getDataset } from "./datasets/catalog.js";
import { findFiles, folderSource } from "./folder.js";
import { inNaturalOrder } from "./groupings.js";
import type { ImageSet } from "./image-set.js";
import type { ImageSource } from "./image-source.js";
import { withLabelsFile } from "./labels-csv.js";
import { isArchiveName, tarSource } from "./tar.js";

export interface OpenOptions extends CacheOptions {
  /** A CSV file with the columns file and label; see `withLabelsFile`. */
  readonly labels?: string;
}

/**
 * Open images by the path of a folder or tar archive, by a pattern of archives ("shards/train-*.tar",
 * "train-{000..017}.tar"), or by the name of a data set, which is fetched if it is not here yet. A name wins over a
 * folder of the same name: write "./emoji" for the folder.
 *
 *   const photos = await openImages("./photos", { trainingSize: 64 });
 *   photos.readPixels([0, 1]); // uint8 [2, S, S, C]
 *
 * @throws ValueError if there is nothing of that name, no usable image in it, or the labels do not fit
 */
export async function openImages(pathOrName: string, options: OpenOptions): Promise<ImageSet> {
  const { trainingSize } = options;
  if (!Number.isInteger(trainingSize) || trainingSize < 1) {
    throw new ValueError("openImages", "trainingSize", "a whole number of pixels", trainingSize);
  }
  const set = await openSource(await sourceOf(pathOrName, options), options);
  if (options.labels === undefined) return set;
  try {
    return await withLabelsFile(set, options.labels);
  } catch (error) {
    set.close();
    throw error;
  }
}

async function sourceOf(pathOrName: string, options: OpenOptions): Promise<ImageSource> {
  if (Object.hasOwn(datasets, pathOrName)) {
    const { cacheDir = cacheDirectory(), onProgress } = options;
    return getDataset(pathOrName).source({ cacheDir, onProgress });
  }
  const stats = statSync(pathOrName, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return await sourceOfFolder(pathOrName);
  if (stats) {
    if (isArchiveName(pathOrName)) return await tarSource([pathOrName]);
    const hint = "A single image belongs in a folder; archives end in .tar, .tar.gz or .tgz.";
    throw new ValueError("openImages", "path", "a folder or a tar archive", pathOrName, hint);
  }
  const shards = matchingFiles(pathOrName);
  if (shards.length > 0) return await tarSource(shards);
  const known = Object.keys(datasets);
  const nearest = nearestName(pathOrName, known);
  const hint = `${nearest ? `Did you mean "${nearest}"? ` : ""}Data sets: ${known.join(", ")}.`;
  throw new ValueError("openImages", "path", "a folder, a tar archive or a data set that exists", pathOrName, hint);
}

/** A folder that holds archives and no image is a folder of shards. */
async function sourceOfFolder(folder: string): Promise<ImageSource> {
  const names = listNames(folder).filter(isArchiveName);
  if (names.length === 0 || (await findFiles(folder)).images.length > 0) return await folderSource(folder);
  return await tarSource(names.sort(inNaturalOrder).map((name) => join(folder, name)));
}

/** Files that a pattern of the last path part names: * and ? as in a shell, {a..b} for a range of numbers. */
function matchingFiles(pattern: string): string[] {
  const folder = dirname(pattern);
  const alternatives = expandRanges(basename(pattern)).map(
    (text) =>
      new RegExp(
        `^${text
          .replace(/[.+^$()|[\]\\{}]/g, "\\$&")
          .replaceAll("*", ".*")
          .replaceAll("?", ".")}$`,
      ),
  );
  const names = listNames(folder).filter((name) => alternatives.some((pattern) => pattern.test(name)));
  return names
    .filter(isArchiveName)
    .sort(inNaturalOrder)
    .map((name) => join(folder, name));
}

/** "a-{08..10}" becomes a-08, a-09, a-10: numbers keep the width of the first. */
function expandRanges(text: string): string[] {
  const range = /\{(\d+)\.\.(\d+)\}/.exec(text);
  if (!range) return [text];
  const [whole, first, last] = range as unknown as [string, string, string];
  const count = Math.max(0, Number(last) - Number(first) + 1);
  return Array.from({ length: count }, (_, i) => String(Number(first) + i).padStart(first.length, "0")).flatMap(
    (number) => expandRanges(text.replace(whole, number)),
  );
}

function listNames(folder: string): string[] {
  return existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : [];
}
