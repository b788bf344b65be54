/** Choosing labelled images: a few a class at random, and some of them aside to choose by. */
import { keyFor, Random } from "../../compute/index.js";

/** Below this many labels of every class nothing is set aside: the labels are needed to learn from. */
const FEWEST_TO_SPLIT = 5;
const VALIDATION_SHARE = 0.2;

/**
 * Some of the images, at most `perClass` of each class, at random; all of them without a number.
 * @param images with a label each
 * @returns in the order of `images`
 */
export function drawLabelled(
  images: ArrayLike<number>,
  labels: Int32Array,
  perClass: number | undefined,
  seed: number,
  draw: number,
): number[] {
  if (perClass === undefined) return Array.from(images);
  const order = new Random(keyFor(seed, "label draw", perClass, draw)).permutation(images.length);
  const numTaken = new Map<number, number>();
  const taken = [...order].filter((position) => {
    const label = labels[images[position]!]!;
    const count = numTaken.get(label) ?? 0;
    numTaken.set(label, count + 1);
    return count < perClass;
  });
  return taken.sort((a, b) => a - b).map((position) => images[position]!);
}

/** A fifth of every class aside, if every class has at least five. */
export function splitAside(
  images: readonly number[],
  labels: Int32Array,
  seed: number,
): { readonly fit: readonly number[]; readonly validation: readonly number[] } {
  const counts = new Map<number, number>();
  for (const image of images) counts.set(labels[image]!, (counts.get(labels[image]!) ?? 0) + 1);
  if (Math.min(...counts.values()) < FEWEST_TO_SPLIT) return { fit: images, validation: [] };
  const aside = new Map<number, number>();
  const order = new Random(keyFor(seed, "set aside")).permutation(images.length);
  const validation = new Set<number>();
  for (const position of order) {
    const image = images[position]!;
    const label = labels[image]!;
    const count = aside.get(label) ?? 0;
    if (count >= Math.floor(counts.get(label)! * VALIDATION_SHARE)) continue;
    aside.set(label, count + 1);
    validation.add(image);
  }
  return { fit: images.filter((image) => !validation.has(image)), validation: [...validation].sort((a, b) => a - b) };
}
