/**
 * One file holds a decoded set. Little-endian:
 *   header, 64 bytes: "dmpixels", version, numImages, imageSize, channels (uint32), offset and length of the index (float64)
 *   pixels: uint8 [numImages, S, S, C]
 *   index: JSON, see `CacheIndex`
 * The index comes last because what was skipped is known last; the header is written after everything else. Opening
 * reads 64 bytes, whatever the size of the set, and needs no image library: this file is what worker threads import.
 */
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { DarkmatterError, ValueError } from "../compute/errors.js";
import { checkIndices, type PixelLocation, type PixelReader, type SkippedFile } from "./image-set.js";

/** Raised whenever the same source would decode to other bytes. */
export const CACHE_VERSION = 1;

const MAGIC = "dmpixels";
const HEADER_BYTES = 64;
const WRITE_BUFFER_BYTES = 4 << 20;

interface Header {
  readonly numImages: number;
  readonly imageSize: number;
  readonly channels: 1 | 3;
  readonly indexOffset: number;
  readonly indexBytes: number;
}

/** `Labels` as JSON. */
export interface StoredLabels {
  readonly classNames: readonly string[];
  readonly classOf: readonly number[];
}

/** What a cache file knows besides pixels. */
export interface CacheIndex {
  readonly paths: readonly string[];
  readonly skipped: readonly SkippedFile[];
  readonly warnings: readonly string[];
  readonly labels?: StoredLabels;
  readonly attributes?: Readonly<Record<string, StoredLabels>>;
  /** JSON has no NaN: null is a number that is not known. */
  readonly measurements?: Readonly<Record<string, readonly (number | null)[]>>;
}

/** The file is not a whole cache of this version: make it again. */
export class DamagedCacheError extends DarkmatterError {
  override readonly name = "DamagedCacheError";
}

/**
 * Open the pixels of a set in any thread, without its names and labels.
 * @throws DamagedCacheError if the file is missing, cut off or of another version
 */
export function openCache(location: PixelLocation | string): PixelReader {
  const { cachePath, indices } = typeof location === "string" ? { cachePath: location } : location;
  const { file, numImages, imageSize, channels } = openChecked(cachePath, indices);
  const imageBytes = imageSize * imageSize * channels;
  let isOpen = true;
  const shown = indices?.length ?? numImages;
  return {
    numImages: shown,
    imageSize,
    channels,
    readPixels(rows, into = new Uint8Array(rows.length * imageBytes)) {
      if (!isOpen) throw new ValueError("readPixels", "set", "open", `${cachePath}, already closed`);
      checkIndices("readPixels", rows, shown);
      const needed = rows.length * imageBytes;
      if (into.length < needed) throw new ValueError("readPixels", "into", `at least ${needed} bytes`, into.length);
      const rowAt = (i: number) => indices?.[rows[i]!] ?? rows[i]!;
      for (let start = 0, end = 0; start < rows.length; start = end) {
        // neighbours in the file are one read
        for (end = start + 1; end < rows.length && rowAt(end) === rowAt(end - 1) + 1; ) end++;
        const target = into.subarray(start * imageBytes, end * imageBytes);
        readFully(file, target, HEADER_BYTES + rowAt(start) * imageBytes, cachePath);
      }
      return into.subarray(0, needed);
    },
    close() {
      if (isOpen) closeSync(file);
      isOpen = false;
    },
  };
}

/** Read names, labels and skipped files of a cache. */
export function readCacheIndex(cachePath: string): CacheIndex {
  const file = openFile(cachePath);
  try {
    const { indexOffset, indexBytes } = readHeader(file, cachePath);
    const json = Buffer.alloc(indexBytes);
    readFully(file, json, indexOffset, cachePath);
    return JSON.parse(json.toString("utf8")) as CacheIndex;
  } finally {
    closeSync(file);
  }
}

/** Writes a cache file image by image. Until `finish` it has no header, so that half a file is never opened. */
export class CacheWriter {
  readonly #file: number;
  readonly #imageBytes: number;
  readonly #buffer = Buffer.alloc(WRITE_BUFFER_BYTES);
  #buffered = 0;
  #written = HEADER_BYTES;
  #numImages = 0;

  constructor(
    path: string,
    private readonly imageSize: number,
    private readonly channels: 1 | 3,
  ) {
    this.#imageBytes = imageSize * imageSize * channels;
    this.#file = openSync(path, "wx");
  }

  get numImages(): number {
    return this.#numImages;
  }

  append(pixels: Uint8Array): void {
    if (pixels.length !== this.#imageBytes) {
      throw new ValueError("CacheWriter", "pixels", `${this.#imageBytes} bytes`, pixels.length);
    }
    if (this.#buffered + pixels.length > this.#buffer.length) this.#flush();
    if (pixels.length > this.#buffer.length) {
      this.#write(pixels);
    } else {
      this.#buffer.set(pixels, this.#buffered);
      this.#buffered += pixels.length;
    }
    this.#numImages++;
  }

  finish(index: CacheIndex): void {
    this.#flush();
    const indexOffset = this.#written;
    const json = Buffer.from(JSON.stringify(index), "utf8");
    this.#write(json);
    const { imageSize, channels } = this;
    const header = { numImages: this.#numImages, imageSize, channels, indexOffset, indexBytes: json.length };
    writeFully(this.#file, encodeHeader(header), 0);
    // or a power cut after the rename could leave a whole name on half a file
    fsyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }

  #flush(): void {
    this.#write(this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }

  #write(bytes: Uint8Array): void {
    writeFully(this.#file, bytes, this.#written);
    this.#written += bytes.length;
  }
}

function encodeHeader(header: Header): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.write(MAGIC, 0, "latin1");
  [CACHE_VERSION, header.numImages, header.imageSize, header.channels].forEach((value, i) => {
    bytes.writeUInt32LE(value, 8 + 4 * i);
  });
  bytes.writeDoubleLE(header.indexOffset, 24);
  bytes.writeDoubleLE(header.indexBytes, 32);
  return bytes;
}

/** The open file of a whole cache that has these rows. */
function openChecked(cachePath: string, indices: Uint32Array | undefined): Header & { readonly file: number } {
  const file = openFile(cachePath);
  try {
    const header = readHeader(file, cachePath);
    if (indices) checkIndices("openCache", indices, header.numImages);
    return { file, ...header };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function openFile(cachePath: string): number {
  try {
    return openSync(cachePath, "r");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const reason = code === "ENOENT" ? "is gone; was it deleted while in use?" : `cannot be read (${code}).`;
    throw new DamagedCacheError(`openCache: the image cache ${cachePath} ${reason} Open the images again.`, { cause });
  }
}

function readHeader(file: number, cachePath: string): Header {
  const bytes = Buffer.alloc(HEADER_BYTES);
  readFully(file, bytes, 0, cachePath);
  const version = bytes.readUInt32LE(8);
  if (bytes.toString("latin1", 0, 8) !== MAGIC || version !== CACHE_VERSION) {
    throw new DamagedCacheError(`openCache: ${cachePath} is not an image cache of version ${CACHE_VERSION}.`);
  }
  const [numImages, imageSize, channels] = [12, 16, 20].map((offset) => bytes.readUInt32LE(offset)) as [
    number,
    number,
    1 | 3,
  ];
  const header = {
    numImages,
    imageSize,
    channels,
    indexOffset: bytes.readDoubleLE(24),
    indexBytes: bytes.readDoubleLE(32),
  };
  const expectedOffset = HEADER_BYTES + numImages * imageSize * imageSize * channels;
  if (header.indexOffset !== expectedOffset || fstatSync(file).size !== expectedOffset + header.indexBytes) {
    throw new DamagedCacheError(`openCache: ${cachePath} is damaged: its size does not fit its header.`);
  }
  return header;
}

function readFully(file: number, target: Uint8Array, position: number, cachePath: string): void {
  for (let done = 0; done < target.length; ) {
    const count = readSync(file, target, done, target.length - done, position + done);
    if (count === 0)
      throw new DamagedCacheError(`readPixels: ${cachePath} ends early; was it overwritten while in use?`);
    done += count;
  }
}

function writeFully(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
  }
}
