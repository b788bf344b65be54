/** Setting images aside, by a fixed seed, so that evaluation sees what training did not. */
import { ValueError } from "../compute/errors.js";
import { keyFor, Random } from "../compute/random.js";
import { groupingOf, type ImageSet, subset } from "./image-set.js";

export interface SplitOptions {
  /** How much to set aside: a fraction of the images (or groups) under 1, or else a count of them. */
  readonly heldOut: number;
  readonly seed: number;
  /** Keep images of one class of this grouping ("labels" or an attribute) on one side. */
  readonly groupBy?: string;
}

export interface Split {
  readonly kept: ImageSet;
  readonly heldOut: ImageSet;
}

/**
 * Split a set in two at random; each side keeps the set's order.
 * With `groupBy`, whole groups are drawn; an unlabelled image is a group of its own.
 * @throws ValueError if one side would be empty
 */
export function split(set: ImageSet, options: SplitOptions): Split {
  const groupOf = groupNumbers(set, options.groupBy);
  const numGroups = new Set(groupOf).size;
  const count = options.heldOut < 1 ? Math.round(options.heldOut * numGroups) : options.heldOut;
  if (!Number.isInteger(count) || count < 1 || count >= numGroups) {
    const unit = options.groupBy === undefined ? "images" : `groups by ${options.groupBy}`;
    const expected = `a fraction or count that leaves both sides some of the ${numGroups} ${unit}`;
    throw new ValueError("split", "heldOut", expected, options.heldOut);
  }
  const order = new Random(keyFor(options.seed, "split")).permutation(numGroups);
  const heldOutGroups = new Set(order.subarray(0, count));
  const isHeldOut = groupOf.map((group) => heldOutGroups.has(group));
  const side = (wanted: boolean) =>
    subset(
      set,
      [...isHeldOut.keys()].filter((index) => isHeldOut[index] === wanted),
    );
  return { kept: side(false), heldOut: side(true) };
}

/** Each image's group, numbered 0, 1, 2... in order of first appearance. */
function groupNumbers(set: ImageSet, groupBy: string | undefined): number[] {
  if (groupBy === undefined) return Array.from({ length: set.numImages }, (_, index) => index);
  const { classOf } = groupingOf("split", set, groupBy);
  const numberOf = new Map<string, number>();
  return Array.from(classOf, (group, index) => {
    const id = group < 0 ? `image ${index}` : `class ${group}`;
    if (!numberOf.has(id)) numberOf.set(id, numberOf.size);
    return numberOf.get(id)!;
  });
}
