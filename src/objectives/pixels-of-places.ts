/** The pixels that belong to each place of an encoder's grid: what reconstruction predicts. */
import { expectShape, type Tensor, ValueError } from "../compute/index.js";
import type { HeadDims } from "./head.js";

export interface PixelGrid {
  /** Places a side. */
  readonly gridSize: number;
  /** Pixels a side of one place. */
  readonly patchSize: number;
  /** Numbers a place: channels · patchSize². */
  readonly numValues: number;
}

/**
 * How an encoder's grid divides images.
 * @throws ValueError if places do not have a whole number of pixels, with a size at which they have
 */
export function pixelGrid(operation: string, { encoder, channels, imageSize }: HeadDims): PixelGrid {
  const gridSize = encoder.gridSizeOf(imageSize);
  const patchSize = imageSize / gridSize;
  if (Number.isInteger(patchSize)) return { gridSize, patchSize, numValues: channels * patchSize ** 2 };
  const fitting = gridSize * Math.max(1, Math.round(patchSize));
  const hint = `Each place is reconstructed as a square of pixels: images of ${fitting} pixels would divide evenly.`;
  throw new ValueError(
    operation,
    "imageSize",
    `a multiple of the encoder's ${gridSize} places a side`,
    imageSize,
    hint,
  );
}

/**
 * Images as the pixels of each place.
 * @param images [B, C, H, W]
 * @returns [B, N, patchSize² · C], places row by row, each as (row, column, channel), as MAE has them
 */
export function pixelsOfPlaces(images: Tensor, { gridSize, patchSize, numValues }: PixelGrid): Tensor {
  const size = gridSize * patchSize;
  const [B, C] = expectShape("pixelsOfPlaces", "images", images, ["B", "C", size, size]);
  return images
    .reshape([B, C, gridSize, patchSize, gridSize, patchSize])
    .transpose([0, 2, 4, 3, 5, 1]) // [B, rows, columns, patchSize, patchSize, C]
    .reshape([B, gridSize ** 2, numValues]);
}
