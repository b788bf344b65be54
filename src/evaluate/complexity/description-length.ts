/**
 * How short images can be told to somebody who reads them in a given order. Three codes: one that expects a value to be
 * like its neighbours and learns how alike while it reads; one that knows places but no neighbours, and so does not care
 * for the order; and deflate behind a Paeth filter, which is what a PNG file holds.
 */
import { deflateRawSync } from "node:zlib";
import type { PixelTable } from "../layout-recovery/index.js";
import { NUM_SCAN_NEIGHBORS, scanNeighbors } from "./scan-neighbors.js";

const NUM_VALUES = 256;
/** Belief in each value before any was seen, as a share of one sighting. */
const PRIOR = 1 / 32;
const EXPECTED_LEVELS = 32;
const SPREAD_LIMITS = [2, 8, 24, 64] as const;

/** Counts values as they come; a value costs −log₂ of the share it had before. */
class AdaptiveCode {
  readonly #counts: Float64Array;
  readonly #totals: Float64Array;

  constructor(numContexts: number) {
    this.#counts = new Float64Array(numContexts * NUM_VALUES).fill(PRIOR);
    this.#totals = new Float64Array(numContexts).fill(NUM_VALUES * PRIOR);
  }

  cost(context: number, value: number): number {
    const at = context * NUM_VALUES + value;
    const bits = Math.log2(this.#totals[context]! / this.#counts[at]!);
    this.#counts[at]!++;
    this.#totals[context]!++;
    return bits;
  }
}

/**
 * Bits a value of a code that learns while it reads (prequential: Dawid 1984): −log₂ p(value | context), p the smoothed
 * share of the value among those seen before in this context; the context is the mean of west and north, in 32 levels, and
 * how much the neighbours differ among themselves, in 5. Images are read one after the other, row by row.
 */
export function neighborCodeLength(table: PixelTable, side: number): number {
  const { numImages, numPixels, channels, values } = table;
  const numSpreads = SPREAD_LIMITS.length + 1;
  const code = new AdaptiveCode(channels * EXPECTED_LEVELS * numSpreads);
  const known = new Float64Array(NUM_SCAN_NEIGHBORS);
  let bits = 0;
  for (let image = 0; image < numImages; image++) {
    const pixels = values.subarray(image * numPixels * channels, (image + 1) * numPixels * channels);
    for (let place = 0; place < numPixels; place++) {
      for (let channel = 0; channel < channels; channel++) {
        scanNeighbors(pixels, side, channels, place, channel, known);
        const context = (channel * EXPECTED_LEVELS + expectedLevel(known)) * numSpreads + spreadLevel(known);
        bits += code.cost(context, pixels[place * channels + channel]!);
      }
    }
  }
  return bits / values.length;
}

/**
 * Bits a value of a code that learns the values of each place by itself: −log₂ of the smoothed share among earlier images at
 * this place. No permutation of the places changes it, not in the last bit: places are summed in the order of their cost.
 */
export function placeCodeLength({ numImages, numPixels, channels, values }: PixelTable): number {
  const length = numPixels * channels;
  const costs = new Float64Array(length);
  for (let at = 0; at < length; at++) {
    const code = new AdaptiveCode(1);
    for (let image = 0; image < numImages; image++) costs[at]! += code.cost(0, values[image * length + at]!);
  }
  return costs.sort().reduce((sum, bits) => sum + bits, 0) / values.length;
}

/** Bits a value after the Paeth filter of PNG and deflate at its strongest, each image by itself. */
export function deflateLength(table: PixelTable, side: number): number {
  const { numImages, numPixels, channels, values } = table;
  let bytes = 0;
  for (let image = 0; image < numImages; image++) {
    const pixels = values.subarray(image * numPixels * channels, (image + 1) * numPixels * channels);
    bytes += deflateRawSync(paethFiltered(pixels, side, channels), { level: 9 }).length;
  }
  return (8 * bytes) / values.length;
}

function paethFiltered(pixels: Uint8Array, side: number, channels: number): Uint8Array {
  const filtered = new Uint8Array(pixels.length);
  const known = new Float64Array(NUM_SCAN_NEIGHBORS);
  for (let at = 0; at < pixels.length; at++) {
    scanNeighbors(pixels, side, channels, Math.floor(at / channels), at % channels, known);
    filtered[at] = pixels[at]! - paeth(known[0]!, known[2]!, known[1]!);
  }
  return filtered;
}

/** Of west, north and north-west the one nearest to west + north − north-west. Source: PNG specification, 9.4. */
function paeth(west: number, north: number, northWest: number): number {
  const [toWest, toNorth] = [Math.abs(north - northWest), Math.abs(west - northWest)];
  const toNorthWest = Math.abs(west + north - 2 * northWest);
  if (toWest <= toNorth && toWest <= toNorthWest) return west;
  return toNorth <= toNorthWest ? north : northWest;
}

function expectedLevel(known: Float64Array): number {
  return Math.floor((((known[0]! + known[2]!) / 2) * EXPECTED_LEVELS) / NUM_VALUES);
}

function spreadLevel(known: Float64Array): number {
  const spread = Math.max(...known) - Math.min(...known);
  const level = SPREAD_LIMITS.findIndex((limit) => spread < limit);
  return level < 0 ? SPREAD_LIMITS.length : level;
}
