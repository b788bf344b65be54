/** Decode a source into a cache file: in parallel, in the source's order, each picture that cannot be used skipped. */
import { randomBytes } from "node:crypto";
import { renameSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { DarkmatterError, ValueError } from "../compute/errors.js";
import { type CacheIndex, CacheWriter, type StoredLabels } from "./cache-file.js";
import { type DecodedImage, decodeImage, UnusableImageError } from "./decode.js";
import { DuplicateFilter } from "./duplicates.js";
import { describeSkipped, type Labels, type SkippedFile, selectGroupings } from "./image-set.js";
import type { ImageSource, SourceImage, SourceListing } from "./image-source.js";
import { type OnProgress, ProgressMeter } from "./progress.js";

export interface BuildOptions {
  readonly cachePath: string;
  readonly imageSize: number;
  readonly channels: 1 | 3;
  /** Give up with a `ColourFoundError` at the first picture that one channel cannot hold. */
  readonly requireGray: boolean;
  readonly onProgress?: OnProgress | undefined;
}

/** The set looked gray by its sample and is not. */
export class ColourFoundError extends DarkmatterError {
  override readonly name = "ColourFoundError";
}

/**
 * Write the cache of a source. The file appears under its name only when it is whole, so an interrupted build leaves
 * nothing broken, and of two builders the last one wins with the same content.
 * @throws ValueError if no image is usable; DarkmatterError if the disk is full
 */
export async function buildCache(source: ImageSource, listing: SourceListing, options: BuildOptions): Promise<void> {
  const { cachePath, imageSize, channels } = options;
  const temporary = `${cachePath}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  const writer = new CacheWriter(temporary, imageSize, channels);
  let isOpen = true;
  try {
    const index = await writeImages(writer, source, listing, options);
    writer.finish(index);
    writer.close();
    isOpen = false;
    renameSync(temporary, cachePath);
  } catch (error) {
    if (isOpen) writer.close();
    rmSync(temporary, { force: true });
    throw isFullDisk(error) ? fullDisk(listing, options, error) : error;
  }
}

async function writeImages(
  writer: CacheWriter,
  source: ImageSource,
  listing: SourceListing,
  options: BuildOptions,
): Promise<CacheIndex> {
  const kept: number[] = [];
  const skipped = [...listing.skipped];
  const duplicates = source.duplicateGroupOf && new DuplicateFilter(options.imageSize, options.channels);
  const meter = new ProgressMeter("decoding", listing.paths.length, options.onProgress);
  let position = 0;
  for await (const { path, result } of decodeInOrder(listing.images(), options)) {
    if (path !== listing.paths[position]) {
      throw new DarkmatterError(
        `openImages: ${source.name} was changed while it was read (at ${path}). Open it again.`,
      );
    }
    const twin =
      "pixels" in result ? duplicates?.twinOf(result.pixels, path, source.duplicateGroupOf!(path)) : undefined;
    if ("reason" in result) {
      skipped.push(result);
    } else if (twin !== undefined) {
      skipped.push({ path, reason: `same picture as ${twin}` });
    } else {
      if (options.requireGray && !result.isGray) throw new ColourFoundError(path);
      writer.append(result.pixels);
      kept.push(position);
    }
    position++;
    meter.advance();
  }
  if (kept.length === 0) {
    const expected = "at least one usable image";
    throw new ValueError(
      "openImages",
      source.name,
      expected,
      `${listing.paths.length} unusable`,
      describeSkipped(skipped),
    );
  }
  const { labels, attributes = {} } = selectGroupings(listing, kept);
  return {
    paths: kept.map((at) => listing.paths[at]!),
    skipped,
    warnings: listing.warnings,
    ...(labels && { labels: storeLabels(labels) }),
    attributes: Object.fromEntries(Object.entries(attributes).map(([name, group]) => [name, storeLabels(group)])),
  };
}

interface Outcome {
  readonly path: string;
  readonly result: DecodedImage | SkippedFile;
}

/** Keeps enough images in flight to feed every decoder thread, and yields them in their order. */
async function* decodeInOrder(images: AsyncIterable<SourceImage>, options: BuildOptions): AsyncGenerator<Outcome> {
  const maxInFlight = 8 * Math.max(4, availableParallelism());
  const inFlight: Promise<Outcome>[] = [];
  try {
    for await (const image of images) {
      inFlight.push(decodeOrSkip(image, options));
      if (inFlight.length >= maxInFlight) yield await inFlight.shift()!;
    }
    while (inFlight.length > 0) yield await inFlight.shift()!;
  } finally {
    // whoever stops early has the error that matters
    await Promise.allSettled(inFlight);
  }
}

async function decodeOrSkip(image: SourceImage, { imageSize, channels }: BuildOptions): Promise<Outcome> {
  const { path } = image;
  try {
    return { path, result: await decodeImage(await image.load(), imageSize, channels) };
  } catch (error) {
    if (error instanceof UnusableImageError) return { path, result: { path, reason: error.message } };
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    return { path, result: { path, reason: code === "ENOENT" ? "no longer there" : `cannot be read (${code})` } };
  }
}

function storeLabels({ classNames, classOf }: Labels): StoredLabels {
  return { classNames, classOf: Array.from(classOf) };
}

function isFullDisk(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOSPC" || code === "EDQUOT";
}

function fullDisk(listing: SourceListing, options: BuildOptions, cause: unknown): DarkmatterError {
  const megabytes = Math.ceil((listing.paths.length * options.imageSize ** 2 * options.channels) / 1e6);
  return new DarkmatterError(
    `openImages: the disk is full; the image cache ${options.cachePath} needs about ${megabytes} MB. ` +
      "Free some space, or set DARKMATTER_CACHE to a folder on another disk.",
    { cause },
  );
}
