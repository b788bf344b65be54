/**
 * Finding pictures that repeat, so that a split never has the same one on both sides. Every picture is compared with
 * every kept one of its group, on thumbnails: right for some thousands of pictures, not for millions.
 */

/** Thumbnails are this many cells a side, each the mean of its pixels. */
const GRID = 16;
/**
 * Root mean square difference of two thumbnails, of 255, under which they are one picture. Looked up on emoji: under
 * it lie redrawn details (a beard, a bar of a loudspeaker, the hands of a clock), just above it the first pairs that
 * nobody would confuse (7.4: a circle and a square).
 */
const MAX_DIFFERENCE = 6;

interface Kept {
  readonly path: string;
  readonly thumbnail: Float32Array;
}

/** Remembers pictures by group and tells which earlier one a picture repeats. */
export class DuplicateFilter {
  readonly #keptOf = new Map<string, Kept[]>();

  constructor(
    private readonly imageSize: number,
    private readonly channels: 1 | 3,
  ) {}

  /** The path of the kept picture that looks the same; if there is none, this one is kept. */
  twinOf(pixels: Uint8Array, path: string, group: string): string | undefined {
    const thumbnail = this.#thumbnail(pixels);
    const kept = this.#keptOf.get(group) ?? [];
    const twin = kept.find((other) => areAlike(thumbnail, other.thumbnail));
    if (twin) return twin.path;
    kept.push({ path, thumbnail });
    this.#keptOf.set(group, kept);
    return undefined;
  }

  /** [grid, grid, C], each cell the mean of its pixels. */
  #thumbnail(pixels: Uint8Array): Float32Array {
    const { imageSize, channels } = this;
    const grid = Math.min(GRID, imageSize);
    const sums = new Float32Array(grid * grid * channels);
    const counts = new Uint32Array(grid * grid);
    for (let pixel = 0; pixel < imageSize * imageSize; pixel++) {
      const row = Math.floor((Math.floor(pixel / imageSize) * grid) / imageSize);
      const column = Math.floor(((pixel % imageSize) * grid) / imageSize);
      const cell = row * grid + column;
      counts[cell]!++;
      for (let c = 0; c < channels; c++) sums[cell * channels + c]! += pixels[pixel * channels + c]!;
    }
    return sums.map((sum, i) => sum / counts[Math.floor(i / channels)]!);
  }
}

function areAlike(a: Float32Array, b: Float32Array): boolean {
  const limit = MAX_DIFFERENCE ** 2 * a.length;
  let sum = 0;
  for (let i = 0; i < a.length && sum < limit; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum < limit;
}
