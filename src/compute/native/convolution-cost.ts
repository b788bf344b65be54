/**
 * Which way a convolution goes: by its sizes alone, so that forward and the gradient by the kernel, which have the same,
 * decide alike and share what they lay out.
 */
import { sizeOf } from "../host-array.js";
import { KERNEL_SIZE, type TileSize, winogradMatrices } from "./winograd-matrices.js";

/** Of the forward convolution: images [B, C, H, W], kernels [O, C, 3, 3], outputs [B, O, H', W']. */
export interface ConvolutionSizes {
  readonly batch: number;
  readonly channels: number;
  readonly outChannels: number;
  /** Height and width. */
  readonly outputs: readonly number[];
}

/** Multiplications done in the time one number is moved: gathered, or written by one product and read by the next. */
const MULTIPLICATIONS_PER_MOVE = 16;

/** The tiles of a 3 x 3 convolution at stride 1, or undefined if plain neighbourhoods cost less. */
export function chooseTileSize(sizes: ConvolutionSizes): TileSize | undefined {
  const choices = [undefined, 2, 4] as const;
  const costs = choices.map((tileSize) => (tileSize === undefined ? directCost(sizes) : winogradCost(sizes, tileSize)));
  return choices[costs.indexOf(Math.min(...costs))];
}

/** Neighbourhoods [B·P, 9·C] are gathered and multiplied with [9·C, O]. */
export function directCost({ batch, channels, outChannels, outputs }: ConvolutionSizes): number {
  const patches = batch * sizeOf(outputs) * KERNEL_SIZE ** 2 * channels;
  return patches * (outChannels + MULTIPLICATIONS_PER_MOVE);
}

/** Tiles and kernels are transformed, multiplied value by value, and transformed back. */
export function winogradCost(sizes: ConvolutionSizes, tileSize: TileSize): number {
  const { batch, channels, outChannels, outputs } = sizes;
  const numTiles = batch * sizeOf(outputs.map((size) => Math.ceil(size / tileSize)));
  const numValues = winogradMatrices(tileSize).inputSize ** 2;
  const transforms = numValues * channels + tileSize ** 2 * outChannels;
  const moves = MULTIPLICATIONS_PER_MOVE * 2 * (channels + outChannels);
  const ofKernels = numValues * channels * outChannels * (KERNEL_SIZE ** 2 + MULTIPLICATIONS_PER_MOVE);
  return numTiles * numValues * (channels * outChannels + transforms + moves) + ofKernels;
}
