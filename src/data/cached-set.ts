/** From a source to an image set: look for its cache, make it if there is none, open it. */
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { DarkmatterError } from "../compute/errors.js";
import { buildCache, ColourFoundError } from "./build-cache.js";
import {
  CACHE_VERSION,
  type CacheIndex,
  DamagedCacheError,
  openCache,
  readCacheIndex,
  type StoredLabels,
} from "./cache-file.js";
import { decodeImage, readImageSize, UnusableImageError } from "./decode.js";
import type { ImageSet, Labels, Measurements } from "./image-set.js";
import type { ImageSource, SourceImage, SourceListing } from "./image-source.js";
import type { OnProgress } from "./progress.js";

export interface CacheOptions {
  /** Side of the images that the encoder will see; decides the size that is kept. */
  readonly trainingSize: number;
  /** Keep exactly this side instead. */
  readonly imageSize?: number;
  /** "auto" keeps one channel only if every image is gray. */
  readonly channels?: 1 | 3 | "auto";
  /** Default: `cacheDirectory()`. */
  readonly cacheDir?: string;
  readonly onProgress?: OnProgress;
}

/** What the sample tells about the whole set. */
interface Survey {
  readonly medianShortSide: number;
  readonly isGray: boolean;
}

const UNUSED_DAYS = 7;
const ABANDONED_HOURS = 1;

/** Where decoded images and downloads are kept: `$DARKMATTER_CACHE`, or `.cache/darkmatter` in the home folder. */
export function cacheDirectory(): string {
  return process.env.DARKMATTER_CACHE || join(homedir(), ".cache", "darkmatter");
}

/** The side to keep: twice the training size, for crops to zoom into, but no more than half the images have. */
export function chooseImageSize(medianShortSide: number, trainingSize: number): number {
  return Math.min(medianShortSide, 2 * trainingSize);
}

/** One opening: a source, what is wanted of it, and where its caches lie. */
interface Opening {
  readonly source: ImageSource;
  readonly options: CacheOptions;
  readonly folder: string;
  /** How the names of this source's files begin, as it is now. */
  readonly stem: string;
  /** Lists the source, once. */
  list(): Promise<SourceListing>;
}

/**
 * Open the images of a source, decoding them if that was not done before. The cache's name holds the source's
 * fingerprint, the side, the channels and the format version, so a changed source is decoded anew.
 * @throws ValueError if no image is usable; DarkmatterError if the cache folder cannot be written
 */
export async function openSource(source: ImageSource, options: CacheOptions): Promise<ImageSet> {
  const folder = join(options.cacheDir ?? cacheDirectory(), "images", folderName(source));
  let listing: Promise<SourceListing> | undefined;
  const list = () => {
    listing ??= source.list();
    return listing;
  };
  const opening: Opening = {
    source,
    options,
    folder,
    stem: `${source.fingerprint.slice(0, 16)}-v${CACHE_VERSION}`,
    list,
  };
  try {
    mkdirSync(folder, { recursive: true });
    return await openSurveyed(opening, readSurvey(opening) ?? (await makeSurvey(opening)));
  } catch (error) {
    throw isUnwritable(error, folder) ? unwritable(folder, error) : error;
  }
}

async function openSurveyed(opening: Opening, survey: Survey): Promise<ImageSet> {
  const {
    trainingSize,
    imageSize = chooseImageSize(survey.medianShortSide, trainingSize),
    channels = "auto",
  } = opening.options;
  if (channels !== "auto") return await openOrBuild(opening, imageSize, channels, false);
  if (!survey.isGray) return await openOrBuild(opening, imageSize, 3, false);
  try {
    return await openOrBuild(opening, imageSize, 1, true);
  } catch (error) {
    if (!(error instanceof ColourFoundError)) throw error;
    return await openSurveyed(opening, writeSurvey(opening, { ...survey, isGray: false }));
  }
}

async function openOrBuild(
  opening: Opening,
  imageSize: number,
  channels: 1 | 3,
  requireGray: boolean,
): Promise<ImageSet> {
  const { source, folder, stem, list, options } = opening;
  const cachePath = join(folder, `${stem}-${imageSize}x${channels}.pixels`);
  const opened = tryOpen(cachePath, source.name);
  if (opened) return opened;
  removeUnused(folder, stem);
  const { onProgress } = options;
  await buildCache(source, await list(), { cachePath, imageSize, channels, requireGray, onProgress });
  return openSet(cachePath, source.name);
}

function tryOpen(cachePath: string, name: string): ImageSet | undefined {
  try {
    return openSet(cachePath, name);
  } catch (error) {
    if (error instanceof DamagedCacheError) return undefined;
    throw error;
  }
}

function openSet(cachePath: string, name: string): ImageSet {
  const { paths, skipped, warnings, labels, attributes = {}, measurements } = readCacheIndex(cachePath);
  const now = new Date();
  // a cache on a read-only disk is as good, only never removed
  attempt(() => utimesSync(cachePath, now, now));
  return {
    ...openCache(cachePath),
    name,
    cachePath,
    paths,
    skipped,
    warnings,
    ...(labels && { labels: restoreLabels(labels) }),
    attributes: Object.fromEntries(Object.entries(attributes).map(([key, stored]) => [key, restoreLabels(stored)])),
    ...(measurements && { measurements: restoreMeasurements(measurements) }),
  };
}

function restoreLabels({ classNames, classOf }: StoredLabels): Labels {
  return { classNames, classOf: Int32Array.from(classOf) };
}

function restoreMeasurements(stored: NonNullable<CacheIndex["measurements"]>): Measurements {
  const restored = Object.entries(stored).map(([name, values]) => [
    name,
    Float64Array.from(values, (value) => value ?? Number.NaN),
  ]);
  return Object.fromEntries(restored);
}

async function makeSurvey(opening: Opening): Promise<Survey> {
  const { sample } = await opening.list();
  return writeSurvey(opening, await surveyImages(sample));
}

/** Median short side of the usable images of a sample, and whether all of them are gray. */
async function surveyImages(sample: readonly SourceImage[]): Promise<Survey> {
  const shortSides: number[] = [];
  let isGray = true;
  for (const { load } of sample) {
    try {
      const image = await load();
      const { width, height } = await readImageSize(image);
      const decoded = await decodeImage(image, 32, 3);
      shortSides.push(Math.min(width, height));
      isGray &&= decoded.isGray;
    } catch (error) {
      // a picture that cannot be used or read now is reported when its turn to be decoded comes
      const isReported = error instanceof UnusableImageError || (error as NodeJS.ErrnoException).code !== undefined;
      if (!isReported) throw error;
    }
  }
  shortSides.sort((a, b) => a - b);
  const medianShortSide = shortSides[shortSides.length >> 1];
  // nothing usable in the sample: whatever turns up elsewhere fixes neither
  if (medianShortSide === undefined) return { medianShortSide: Number.MAX_SAFE_INTEGER, isGray: false };
  return { medianShortSide, isGray };
}

function surveyPath({ folder, stem }: Opening): string {
  return join(folder, `${stem}.survey.json`);
}

function readSurvey(opening: Opening): Survey | undefined {
  try {
    return JSON.parse(readFileSync(surveyPath(opening), "utf8")) as Survey;
  } catch {
    // not there, or not whole: it is quickly made
    return undefined;
  }
}

function writeSurvey(opening: Opening, survey: Survey): Survey {
  const path = surveyPath(opening);
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  writeFileSync(temporary, JSON.stringify(survey));
  renameSync(temporary, path);
  return survey;
}

function folderName(source: ImageSource): string {
  const slug = source.name.replace(/[^\w.-]+/g, "-").slice(0, 40);
  return `${slug}-${createHash("sha256").update(source.identity).digest("hex").slice(0, 12)}`;
}

/** Did the file system refuse something below the cache folder? */
function isUnwritable(error: unknown, folder: string): boolean {
  const { code, path = "" } = error as NodeJS.ErrnoException;
  const isRefusal = ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENOENT"].includes(code ?? "");
  return isRefusal && path.startsWith(dirname(dirname(folder)));
}

function unwritable(folder: string, cause: unknown): DarkmatterError {
  const { code } = cause as NodeJS.ErrnoException;
  return new DarkmatterError(
    `openImages: the cache folder ${dirname(dirname(folder))} cannot be written (${code}). ` +
      "Set DARKMATTER_CACHE to a folder that can.",
    { cause },
  );
}

/** Remove what the source looked like earlier and nobody opened for a week, and what a killed build left behind. */
function removeUnused(folder: string, currentStem: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    attempt(() => {
      const ageHours = (Date.now() - statSync(path).mtimeMs) / 3_600_000;
      const isAbandoned = name.endsWith(".tmp") && ageHours > ABANDONED_HOURS;
      const isUnused = !name.startsWith(currentStem) && ageHours > 24 * UNUSED_DAYS;
      if (isAbandoned || isUnused) rmSync(path, { force: true });
    });
  }
}

/** Tidying up must never be why opening fails. */
function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // another process was faster, or the disk is read-only
  }
}
