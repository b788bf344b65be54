/** Images as a table of pixels whose order may mean anything: what is left when nobody says which pixels are neighbours. */
import { ShapeError } from "../../compute/index.js";

export interface PixelTable {
  readonly numImages: number;
  /** Pixels of an image, in an order that is the same for all images. */
  readonly numPixels: number;
  readonly channels: number;
  /** uint8 [numImages, numPixels, channels] */
  readonly values: Uint8Array;
}

/**
 * The same images with their pixels in another order: pixel `order[i]` comes to place i.
 * @throws ShapeError unless `order` has an entry for each pixel
 */
export function reorderPixels(table: PixelTable, order: ArrayLike<number>): PixelTable {
  const { numImages, numPixels, channels, values } = table;
  if (order.length !== numPixels) throw new ShapeError("reorderPixels", "order", [numPixels], [order.length]);
  const reordered = new Uint8Array(values.length);
  for (let image = 0; image < numImages; image++) {
    const start = image * numPixels * channels;
    for (let place = 0; place < numPixels; place++) {
      const from = start + order[place]! * channels;
      for (let c = 0; c < channels; c++) reordered[start + place * channels + c] = values[from + c]!;
    }
  }
  return { ...table, values: reordered };
}

/** The permutation that undoes another: what was at place i goes back to `order[i]`. */
export function inverseOrder(order: ArrayLike<number>): Uint32Array {
  const inverse = new Uint32Array(order.length);
  for (let place = 0; place < order.length; place++) inverse[order[place]!] = place;
  return inverse;
}
