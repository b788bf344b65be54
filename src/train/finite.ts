/** Looking for numbers that are none. */
import { ValueError } from "../compute/index.js";

/** Place of the first value that is NaN or infinite; undefined if all are finite. */
export function firstNotFinite(values: Float32Array | Int32Array): number | undefined {
  // First in one pass without branches, which is all it takes as a rule: x * 0 is 0 for a finite x and NaN otherwise.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0;
  return sum === 0 ? undefined : values.findIndex((value) => !Number.isFinite(value));
}

/**
 * Check images at the door.
 * @param images [n, ...], image by image
 * @param nameOf what an image is called, by its place among the n
 * @throws ValueError naming the first image with a value that is NaN or infinite
 */
export function requireFiniteImages(
  operation: string,
  images: Float32Array,
  numImages: number,
  nameOf: (row: number) => string,
): void {
  const at = firstNotFinite(images);
  if (at === undefined) return;
  const name = nameOf(Math.floor((at * numImages) / images.length));
  const hint = "One such value spoils the whole batch: leave the image out, or look at how it was made.";
  throw new ValueError(operation, name, "of finite numbers", images[at], hint);
}
