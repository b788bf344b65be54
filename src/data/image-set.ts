/**
 * The contract between data and everything above it: a set of square uint8 images of one size, decoded once, read by
 * row. A set is a view of a cache file, so it costs no memory by the image and a worker thread can open its own.
 */
import { ValueError } from "../compute/errors.js";

/** One way to group the images of a set. Only evaluation looks at it. */
export interface Labels {
  readonly classNames: readonly string[];
  /** Class of each image, an index into `classNames`; -1 where unlabelled. */
  readonly classOf: Int32Array;
}

/** Numbers known about each image, by name, such as where an object lies; NaN where unknown. */
export type Measurements = Readonly<Record<string, Float64Array>>;

/** Everything that is known about images beside their pixels. */
export type Groupings = Pick<ImageSet, "labels" | "attributes" | "measurements">;

/** A file that is not in the set, and why, in words for its owner. */
export interface SkippedFile {
  readonly path: string;
  readonly reason: string;
}

/** Pixels by row: all that a worker thread needs. */
export interface PixelReader {
  /** What tells it from sets of other samples. */
  readonly kind?: "images";
  readonly numImages: number;
  /** Side S of every image, in pixels. */
  readonly imageSize: number;
  readonly channels: 1 | 3;
  /**
   * The pixels of these images: uint8 [n, S, S, C], row after row of interleaved channels.
   * Reads only what is asked; `into` (of at least that size) avoids an allocation, and the part used is returned.
   * @throws ValueError for an index outside the set, an `into` that is too small, or a closed set
   */
  readPixels(indices: ArrayLike<number>, into?: Uint8Array): Uint8Array;
  close(): void;
}

/** What `openCache` needs to show the same images in another thread. Plain data. */
export interface PixelLocation {
  readonly cachePath: string;
  /** Rows of the cache that the set shows, in its order; all of them when absent. */
  readonly indices?: Uint32Array;
}

export interface ImageSet extends PixelReader, PixelLocation {
  readonly name: string;
  /** Where each image came from: a path relative to its folder or archive. */
  readonly paths: readonly string[];
  readonly labels?: Labels;
  /** Further groupings by name, such as vendor or category. */
  readonly attributes?: Readonly<Record<string, Labels>>;
  readonly measurements?: Measurements;
  readonly skipped: readonly SkippedFile[];
  /** What its owner should know but need not fix. */
  readonly warnings: readonly string[];
}

/** The part of a set that a worker thread can be sent. */
export function locationOf(set: ImageSet): PixelLocation {
  return set.indices === undefined ? { cachePath: set.cachePath } : { cachePath: set.cachePath, indices: set.indices };
}

/**
 * A view of some images of a set, in the given order. It shares the set's open file: closing the set closes the view,
 * closing the view does nothing.
 * @throws ValueError for an index outside the set
 */
export function subset(set: ImageSet, indices: ArrayLike<number>): ImageSet {
  const chosen = Uint32Array.from(indices);
  checkIndices("subset", chosen, set.numImages);
  return {
    name: set.name,
    numImages: chosen.length,
    imageSize: set.imageSize,
    channels: set.channels,
    paths: Array.from(chosen, (index) => set.paths[index]!),
    skipped: set.skipped,
    warnings: set.warnings,
    cachePath: set.cachePath,
    indices: chosen.map((index) => set.indices?.[index] ?? index),
    readPixels(rows, into) {
      checkIndices("readPixels", rows, chosen.length);
      return set.readPixels(
        Array.from(rows, (row) => chosen[row]!),
        into,
      );
    },
    close() {},
    ...selectGroupings(set, chosen),
  };
}

/** The labels, attributes and measurements of some images, in the given order. */
export function selectGroupings(from: Groupings, indices: ArrayLike<number>): Groupings {
  const select = ({ classNames, classOf }: Labels): Labels => ({
    classNames,
    classOf: Int32Array.from(indices, (index) => classOf[index]!),
  });
  return {
    ...(from.labels && { labels: select(from.labels) }),
    ...(from.attributes && {
      attributes: Object.fromEntries(Object.entries(from.attributes).map(([name, labels]) => [name, select(labels)])),
    }),
    ...(from.measurements && {
      measurements: Object.fromEntries(
        Object.entries(from.measurements).map(([name, values]) => [
          name,
          Float64Array.from(indices, (index) => values[index]!),
        ]),
      ),
    }),
  };
}

/** A grouping of a set: its labels for "labels", otherwise the attribute of that name. */
export function groupingOf(
  operation: string,
  set: Pick<ImageSet, "name" | "labels" | "attributes">,
  name: string,
): Labels {
  const grouping = name === "labels" ? set.labels : set.attributes?.[name];
  if (grouping) return grouping;
  const known = [...(set.labels ? ["labels"] : []), ...Object.keys(set.attributes ?? {})];
  const expected = known.length > 0 ? `one of ${known.join(", ")}` : `absent: the set "${set.name}" has no labels`;
  throw new ValueError(operation, "grouping", expected, name);
}

/**
 * Indices of the images whose class in a grouping is wanted, ascending.
 * @throws ValueError if the set has no such grouping
 */
export function indicesWhere(set: ImageSet, grouping: string, isWanted: (className: string) => boolean): Uint32Array {
  const { classNames, classOf } = groupingOf("indicesWhere", set, grouping);
  const wanted = classNames.map(isWanted);
  return Uint32Array.from(classOf.keys()).filter((index) => wanted[classOf[index]!] === true);
}

/**
 * Refuse a set that nothing can be learnt from.
 * @throws ValueError for fewer than two images, or when all images are the same picture
 */
export function requireTrainable(set: ImageSet): void {
  if (set.numImages < 2) {
    const hint = `Learning compares images with each other. ${describeSkipped(set.skipped)}`;
    throw new ValueError("requireTrainable", set.name, "at least 2 images", set.numImages, hint);
  }
  const first = set.readPixels([0]);
  const other = new Uint8Array(first.length);
  for (let index = 1; index < set.numImages; index++) {
    if (Buffer.compare(first, set.readPixels([index], other)) !== 0) return;
  }
  const got = `${set.numImages} copies of the same picture`;
  throw new ValueError("requireTrainable", set.name, "images that differ", got, `The first is ${set.paths[0]}.`);
}

/** Up to three skipped files with their reasons, as a sentence; empty if there are none. */
export function describeSkipped(skipped: readonly SkippedFile[]): string {
  if (skipped.length === 0) return "";
  const shown = skipped.slice(0, 3).map(({ path, reason }) => `${path} (${reason})`);
  const more = skipped.length > shown.length ? `, and ${skipped.length - shown.length} more` : "";
  return `Skipped: ${shown.join(", ")}${more}.`;
}

/** @throws ValueError naming the first index that is not a whole number in 0..numImages-1 */
export function checkIndices(operation: string, indices: ArrayLike<number>, numImages: number): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= numImages) {
      throw new ValueError(operation, "indices", `whole numbers from 0 to ${numImages - 1}`, index);
    }
  }
}
