/** What a mask is: which places of an image an encoder sees, and which it is asked about. */
import { ValueError } from "../../compute/errors.js";
import type { HostArray } from "../../compute/host-array.js";
import type { ConfigOf, OptionTable } from "../../compute/options.js";
import type { Random } from "../../compute/random.js";

export interface MaskSizes {
  readonly batchSize: number;
  /** Places a side; places are counted row by row from 0. */
  readonly gridSize: number;
}

/** How many places of an image there are of each kind. Programs have static shapes, so it is the same at every step. */
export interface MaskCounts {
  readonly numVisible: number;
  /** Groups of places that are asked about, and places a group. */
  readonly numGroups: number;
  readonly numHidden: number;
}

/** A type, not an interface, so that it is a record of arrays by structure. */
export type PlaceIndices = {
  /** int32 [B, K]: what the encoder sees, ascending. */
  readonly visibleIndices: HostArray;
  /** int32 [B, G, M]: what it is asked about; none of it is visible. Ascending within a group. */
  readonly hiddenIndices: HostArray;
};

export interface Mask<T extends OptionTable = OptionTable> {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly options: T;
  /** @throws ValueError if a grid of this size cannot be masked so, with what would do */
  counts(gridSize: number, config: ConfigOf<T>): MaskCounts;
  /** A function of `random` alone. */
  draw(sizes: MaskSizes, config: ConfigOf<T>, random: Random): PlaceIndices;
}

/**
 * Check at the door that a grid has enough places a side for a mask to leave and hide something.
 * @throws ValueError
 */
export function checkGridSize(mask: string, gridSize: number, smallest: number): void {
  if (Number.isInteger(gridSize) && gridSize >= smallest) return;
  throw new ValueError(
    mask,
    "gridSize",
    `at least ${smallest} places a side`,
    gridSize,
    "Take larger images, or an encoder with smaller patches.",
  );
}
