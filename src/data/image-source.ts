/** Where images come from, before they are decoded: a folder, an archive, a named data set. */
import type { ImageBytes } from "./decode.js";
import type { Groupings, ImageSet } from "./image-set.js";

/** One image that can be read. */
export interface SourceImage {
  readonly path: string;
  /** Rejects with the file system's own error if the file is gone or unreadable. */
  load(): Promise<ImageBytes>;
}

/** All that is known without decoding. `paths`, the groupings and `images()` are in one order. */
export interface SourceListing extends Groupings, Pick<ImageSet, "paths" | "skipped" | "warnings"> {
  /** Some images, evenly spread, to judge size and colour by. */
  readonly sample: readonly SourceImage[];
  images(): AsyncIterable<SourceImage>;
}

export interface ImageSource {
  readonly name: string;
  /** Where the images lie; stays when they change. */
  readonly identity: string;
  /** Changes when an image is added, removed or edited. */
  readonly fingerprint: string;
  /** Drop pictures that repeat within a group; absent means every picture stays. */
  readonly duplicateGroupOf?: (path: string) => string;
  /** Read what is there; only called when there is no cache yet. */
  list(): Promise<SourceListing>;
}

const IMAGE_NAME = /\.(jpe?g|jpe|jfif|png|webp|avif|gif|tiff?)$/i;

/** Formats by name, for messages. */
export const IMAGE_FORMATS = "JPEG, PNG, WebP, AVIF, GIF or TIFF";

/** Is this the name of an image? Hidden files are not: macOS puts a "._photo.jpg" of no picture beside each photo. */
export function isImageName(path: string): boolean {
  return IMAGE_NAME.test(path) && !isHidden(path);
}

/** Is the file, or a folder above it, one that people do not see? */
export function isHidden(path: string): boolean {
  return path.split("/").some((part) => (part.startsWith(".") && part !== "." && part !== "..") || part === "__MACOSX");
}

/** At most this many images judge the size and colour of a set. */
export const SAMPLE_SIZE = 64;

/** Evenly spread items of a list whose length is not known before its end: keeps every k-th, k doubling as it grows. */
export class EvenSample<T> {
  #items: T[] = [];
  #stride = 1;
  #numSeen = 0;

  add(item: T): void {
    if (this.#numSeen++ % this.#stride !== 0) return;
    this.#items.push(item);
    if (this.#items.length <= SAMPLE_SIZE) return;
    this.#items = this.#items.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }

  get items(): readonly T[] {
    return this.#items;
  }
}
