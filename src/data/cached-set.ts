/** From a source to an image set: look for its cache, make it if there is none, open it. */
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { DarkmatterError } from "../compute/errors.js";
import { buildCache, ColourFoundError } from "./build-cache.js";
import { CACHE_VERSION, DamagedCacheError, openCache, readCacheIndex, type StoredLabels } from "./cache-file.js";
import { decodeImage, type ImageBytes, readImageSize, UnusableImageError } from "./decode.js";
import type { ImageSet, Labels } from "./image-set.js";
import type { ImageSource, SourceListing } from "./image-source.js";
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

/**
 * Open the images of a source, decoding them if that was not done before. The cache's name holds the source's
 * fingerprint, the side, the channels and the format version, so a changed source is decoded anew.
 * @throws ValueError if no image is usable; DarkmatterError if the cache folder cannot be written
 */
export async function openSource(source: ImageSource, options: CacheOptions): Promise<ImageSet> {
  const folder = join(options.cacheDir ?? cacheDirectory(), "images", folderName(source));
  makeFolder(folder);
  let listed: Promise<SourceListing> | undefined;
  const list = () => {
    listed ??= source.list();
    return listed;
  };
  const surveyPath = join(folder, `${source.fingerprint.slice(0, 16)}-v${CACHE_VERSION}.survey.json`);
  const survey = readSurvey(surveyPath) ?? writeSurvey(surveyPath, await surveyImages((await list()).sample));
  const imageSize = options.imageSize ?? chooseImageSize(survey.medianShortSide, options.trainingSize);
  const mayBeGray = options.channels === undefined || options.channels === "auto";
  const openOrBuild = async (channels: 1 | 3, requireGray: boolean) => {
    const cachePath = join(
      folder,
      `${source.fingerprint.slice(0, 16)}-v${CACHE_VERSION}-${imageSize}x${channels}.pixels`,
    );
    const opened = tryOpen(cachePath, source.name);
    if (opened) return opened;
    removeUnused(folder, source.fingerprint.slice(0, 16));
    await buildCache(source, await list(), {
      cachePath,
      imageSize,
      channels,
      requireGray,
      onProgress: options.onProgress,
    });
    return openSet(cachePath, source.name);
  };
  if (!mayBeGray) return await openOrBuild(options.channels, false);
  if (!survey.isGray) return await openOrBuild(3, false);
  try {
    return await openOrBuild(1, true);
  } catch (error) {
    if (!(error instanceof ColourFoundError)) throw error;
    writeSurvey(surveyPath, { ...survey, isGray: false });
    return await openOrBuild(3, false);
  }
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
  const { paths, skipped, warnings, labels, attributes = {} } = readCacheIndex(cachePath);
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
  };
}

function restoreLabels({ classNames, classOf }: StoredLabels): Labels {
  return { classNames, classOf: Int32Array.from(classOf) };
}

/** Median short side of the usable images of a sample, and whether all of them are gray. */
async function surveyImages(sample: readonly ImageBytes[]): Promise<Survey> {
  const shortSides: number[] = [];
  let isGray = true;
  for (const image of sample) {
    try {
      const { width, height } = await readImageSize(image);
      const decoded = await decodeImage(image, 32, 3);
      shortSides.push(Math.min(width, height));
      isGray &&= decoded.isGray;
    } catch (error) {
      if (!(error instanceof UnusableImageError)) throw error;
    }
  }
  shortSides.sort((a, b) => a - b);
  const medianShortSide = shortSides[shortSides.length >> 1];
  // nothing usable in the sample: whatever turns up elsewhere fixes neither
  if (medianShortSide === undefined) return { medianShortSide: Number.MAX_SAFE_INTEGER, isGray: false };
  return { medianShortSide, isGray };
}

function readSurvey(path: string): Survey | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Survey;
  } catch {
    return undefined;
  }
}

function writeSurvey(path: string, survey: Survey): Survey {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  writeFileSync(temporary, JSON.stringify(survey));
  renameSync(temporary, path);
  return survey;
}

function folderName(source: ImageSource): string {
  const slug = source.name.replace(/[^\w.-]+/g, "-").slice(0, 40);
  return `${slug}-${createHash("sha256").update(source.identity).digest("hex").slice(0, 12)}`;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new DarkmatterError(
      `openImages: the cache folder ${dirname(dirname(folder))} cannot be written (${code}). ` +
        "Set DARKMATTER_CACHE to a folder that can.",
      { cause },
    );
  }
}

/** Remove what the source looked like earlier and nobody opened for a week, and what a killed build left behind. */
function removeUnused(folder: string, currentFingerprint: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    attempt(() => {
      const ageHours = (Date.now() - statSync(path).mtimeMs) / 3_600_000;
      const isAbandoned = name.endsWith(".tmp") && ageHours > ABANDONED_HOURS;
      const isUnused = !name.startsWith(currentFingerprint) && ageHours > 24 * UNUSED_DAYS;
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
