/**
 * Whether a convolution goes by Winograd's products (`winograd.ts`), and on which tiles: by its sizes alone, so that
 * forward and the gradient by the kernel, which have the same, decide alike and share the tiles of the images.
 */
import { sizeOf } from "../host-array.js";
import type { Meeting } from "./meeting.js";
import { inputSizeOf, type NumTaps, type TileSize } from "./winograd-matrices.js";
import { KERNEL_SIZE, type Tiling } from "./winograd-tiles.js";

/** Along one axis: for each phase, the weight at each tap, or undefined where there is none. */
export type PhaseTaps = readonly (readonly (number | undefined)[])[];

export interface WinogradPlan {
  readonly tiling: Tiling;
  /** Down and across. */
  readonly taps: readonly [PhaseTaps, PhaseTaps];
}

export interface ConvolutionSizes {
  readonly batch: number;
  readonly channels: number;
  readonly outChannels: number;
}

/** Multiplications done in the time one number is moved: gathered, or written by one product and read by the next. */
const MULTIPLICATIONS_PER_MOVE = 16;
/** Moves for each product of an input and a weight where they are added up afterwards (measured). */
const MOVES_TO_ADD_UP = 7;

/** A plan for forward, or for the gradient by the kernel of that forward; undefined where neighbourhoods cost less. */
export function planForward(meeting: Meeting, sizes: ConvolutionSizes): WinogradPlan | undefined {
  const { strides, lhsDilation, rhsDilation, isFlipped } = meeting;
  const [stride] = strides;
  const isAlike = strides.every((step) => step === stride) && (stride === 1 || stride === 2);
  if (!isThreeByThree(meeting) || !isAlike || ![...lhsDilation, ...rhsDilation].every((step) => step === 1)) return;
  // Output i sees input stride·i + k = stride·(i + t) + phase at weight k.
  const numTaps = stride === 1 ? 3 : 2;
  const taps = Array.from({ length: stride! }, (_, phase) =>
    Array.from({ length: numTaps }, (_, tap) => weightAt(stride! * tap + phase, isFlipped)),
  );
  const covered = pair(meeting.outputs);
  const cost = (tileSize: TileSize) => forwardCost({ ...sizes, covered }, { tileSize, numTaps, stride: stride! });
  const tileSize = cheapest(stride === 1 ? [2, 4] : [4], cost, directForwardCost({ ...sizes, covered }));
  if (tileSize === undefined) return;
  const { batch } = sizes;
  const [inputs, before] = [pair(meeting.inputs), pair(meeting.before)];
  const tiling = { tileSize, numTaps, batch, inputs, outputs: covered, covered, before, stride: stride! } as const;
  return { tiling, taps: [taps, taps] };
}

/** A plan for the gradient by the images of a convolution with stride 2, or undefined where adding up costs less. */
export function planSpread(meeting: Meeting, sizes: ConvolutionSizes): WinogradPlan | undefined {
  const { strides, lhsDilation, rhsDilation, before, isFlipped } = meeting;
  const isOfStrideTwo = lhsDilation.every((step) => step === 2) && [...strides, ...rhsDilation].every((s) => s === 1);
  if (!isThreeByThree(meeting) || !isOfStrideTwo || before.some((width) => width < 0 || width >= KERNEL_SIZE)) return;
  // Output 2·j + phase sees input j + t at weight 2·t - phase + before; the first t is where that is 0 or more.
  const firstTaps = before.map((width) => Math.ceil(-width / 2));
  const taps = before.map((width, axis) =>
    [0, 1].map((phase) => [0, 1].map((tap) => weightAt(2 * (firstTaps[axis]! + tap) - phase + width, isFlipped))),
  );
  const covered = pair(meeting.outputs.map((size) => Math.ceil(size / 2)));
  const choice = { tileSize: 4, numTaps: 2 } as const;
  const directCost = directSpreadCost(sizes, meeting.inputs);
  if (cheapest([4], () => spreadCost({ ...sizes, covered }, choice), directCost) === undefined) return;
  const [inputs, outputs] = [pair(meeting.inputs), pair(meeting.outputs)];
  const firstRows = pair(firstTaps.map((tap) => Math.abs(tap)));
  const tiling = { ...choice, batch: sizes.batch, inputs, outputs, covered, before: firstRows, stride: 1 };
  return { tiling, taps: pair(taps) };
}

function isThreeByThree({ taps }: Meeting): boolean {
  return taps.length === 2 && taps.every((size) => size === KERNEL_SIZE);
}

function weightAt(place: number, isFlipped: boolean): number | undefined {
  if (place < 0 || place >= KERNEL_SIZE) return undefined;
  return isFlipped ? KERNEL_SIZE - 1 - place : place;
}

function cheapest(
  tileSizes: readonly TileSize[],
  costOf: (tileSize: TileSize) => number,
  directCost: number,
): TileSize | undefined {
  const costs = tileSizes.map(costOf);
  const least = Math.min(...costs);
  return least < directCost ? tileSizes[costs.indexOf(least)] : undefined;
}

interface CoveredSizes extends ConvolutionSizes {
  readonly covered: readonly number[];
}

interface TileChoice {
  readonly tileSize: TileSize;
  readonly numTaps: NumTaps;
}

/** Neighbourhoods [B·P, 9·C] are gathered, and multiplied by [9·C, O] and by the gradients [B·P, O]. */
export function directForwardCost({ batch, channels, outChannels, covered }: CoveredSizes): number {
  return batch * sizeOf(covered) * KERNEL_SIZE ** 2 * channels * (2 * outChannels + MULTIPLICATIONS_PER_MOVE);
}

/** Tiles are cut and transformed, multiplied by kernels and by gradients, and outputs and gradients transformed. */
export function forwardCost(sizes: CoveredSizes, choice: TileChoice & { readonly stride: number }): number {
  const channels = sizes.channels * choice.stride ** 2;
  const { outChannels } = sizes;
  const { numTiles, numValues, numPlaces } = tileNumbers(sizes, choice);
  const transforms = numValues * channels + 2 * numPlaces * outChannels;
  const moves = 2 * channels + 3 * outChannels;
  const perValue = 2 * channels * outChannels + transforms + MULTIPLICATIONS_PER_MOVE * moves;
  return numTiles * numValues * perValue + 2 * kernelCost(numValues, channels, outChannels);
}

/** Each input is multiplied with all weights, and what meets at an output gathered and summed. */
export function directSpreadCost(
  { batch, channels, outChannels }: ConvolutionSizes,
  inputs: readonly number[],
): number {
  const products = batch * sizeOf(inputs) * KERNEL_SIZE ** 2 * outChannels;
  return products * (channels + MOVES_TO_ADD_UP * MULTIPLICATIONS_PER_MOVE);
}

export function spreadCost(sizes: CoveredSizes, choice: TileChoice): number {
  const { channels } = sizes;
  const outChannels = sizes.outChannels * 4;
  const { numTiles, numValues, numPlaces } = tileNumbers(sizes, choice);
  const transforms = numValues * channels + numPlaces * outChannels;
  const moves = 2 * (channels + outChannels);
  const perValue = channels * outChannels + transforms + MULTIPLICATIONS_PER_MOVE * moves;
  return numTiles * numValues * perValue + kernelCost(numValues, channels, outChannels);
}

function tileNumbers({ batch, covered }: CoveredSizes, { tileSize, numTaps }: TileChoice) {
  return {
    numTiles: batch * sizeOf(covered.map((size) => Math.ceil(size / tileSize))),
    numValues: inputSizeOf(tileSize, numTaps) ** 2,
    numPlaces: tileSize ** 2,
  };
}

function kernelCost(numValues: number, channels: number, outChannels: number): number {
  return numValues * channels * outChannels * (KERNEL_SIZE ** 2 + MULTIPLICATIONS_PER_MOVE);
}

function pair<T>(values: readonly T[]): [T, T] {
  return [values[0]!, values[1]!];
}
