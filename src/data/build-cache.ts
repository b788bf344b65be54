/** Decode a source into a cache file: in parallel, in the source's order, each picture that cannot be used skipped. */
import { randomBytes } from "node:crypto";
import { renameSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { DarkmatterError, ValueError } from "../compute/errors.js";
import { type CacheIndex, CacheWriter, type StoredLabels } from "./cache-file.js";
import { type DecodedImage, decodeImage, UnusableImageError } from "./decode.js";
import { DuplicateFilter } from "./duplicates.js";
import { describeSkipped, type Labels, type Measurements, type SkippedFile, selectGroupings } from "./image-set.js";
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
    const written = await writeImages(writer, source, listing, options);
    writer.finish(makeIndex(source, listing, written));
    writer.close();
    isOpen = false;
    renameSync(temporary, cachePath);
  } catch (error) {
    if (isOpen) writer.close();
    rmSync(temporary, { force: true });
    throw isFullDisk(error) ? fullDisk(listing, options, error) : error;
  }
}

/** Which images of the listing are in the cache, and what became of the others. */
interface Written {
  readonly kept: readonly number[];
  readonly skipped: readonly SkippedFile[];
}

async function writeImages(
  writer: CacheWriter,
  source: ImageSource,
  listing: SourceListing,
  options: BuildOptions,
): Promise<Written> {
  const kept: number[] = [];
  const skipped = [...listing.skipped];
  const twinOf = duplicateFinder(source, options);
  const meter = new ProgressMeter("decoding", listing.paths.length, options.onProgress);
  let position = 0;
  for await (const { path, result } of decodeInOrder(listing.images(), options)) {
    if (path !== listing.paths[position]) throw changedMeanwhile(source, path);
    const reason = "reason" in result ? result.reason : twinOf(result.pixels, path);
    if (reason !== undefined) {
      skipped.push({ path, reason });
    } else if ("pixels" in result) {
      if (options.requireGray && !result.isGray) throw new ColourFoundError(path);
      writer.append(result.pixels);
      kept.push(position);
    }
    position++;
    meter.advance();
  }
  if (position < listing.paths.length) throw changedMeanwhile(source, listing.paths[position]!);
  return { kept, skipped };
}

/** Tells why a picture is not wanted a second time, if the source wants each only once. */
function duplicateFinder({ duplicateGroupOf }: ImageSource, { imageSize, channels }: BuildOptions) {
  const filter = new DuplicateFilter(imageSize, channels);
  return (pixels: Uint8Array, path: string): string | undefined => {
    const twin = duplicateGroupOf && filter.twinOf(pixels, path, duplicateGroupOf(path));
    return twin === undefined ? undefined : `same picture as ${twin}`;
  };
}

function makeIndex(source: ImageSource, listing: SourceListing, { kept, skipped }: Written): CacheIndex {
  if (kept.length === 0) {
    const got = `${listing.paths.length} unusable`;
    throw new ValueError("openImages", source.name, "at least one usable image", got, describeSkipped(skipped));
  }
  const { labels, attributes = {}, measurements } = selectGroupings(listing, kept);
  return {
    paths: kept.map((at) => listing.paths[at]!),
    skipped,
    warnings: listing.warnings,
    ...(labels && { labels: storeLabels(labels) }),
    attributes: Object.fromEntries(Object.entries(attributes).map(([name, group]) => [name, storeLabels(group)])),
    ...(measurements && { measurements: storeMeasurements(measurements) }),
  };
}

function changedMeanwhile(source: ImageSource, path: string): DarkmatterError {
  return new DarkmatterError(`openImages: ${source.name} was changed while it was read (at ${path}). Open it again.`);
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
      const outcome = decodeOrSkip(image, options);
      // a failure is thrown when its turn comes; until then it is not an unhandled one
      outcome.catch(() => {});
      inFlight.push(outcome);
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

function storeMeasurements(measurements: Measurements): NonNullable<CacheIndex["measurements"]> {
  const stored = Object.entries(measurements).map(([name, values]) => [
    name,
    Array.from(values, (value) => (Number.isFinite(value) ? value : null)),
  ]);
  return Object.fromEntries(stored);
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
