/** How pixels vary together over images. */
import { float32, float32Spec, trace, ValueError } from "../../compute/index.js";
import type { ProgramCache } from "../linear-algebra/index.js";
import type { PixelTable } from "./pixel-table.js";

const BLOCK_ROWS = 1024;

/**
 * Covariance of pixels over images, summed over channels: Σ_c (1/n) Σ_i (x_ipc − x̄_pc)(x_iqc − x̄_qc), values in 0..255.
 * @returns float64 [numPixels, numPixels]
 * @throws ValueError for fewer than two images
 */
export async function pixelCovariance(table: PixelTable, programs: ProgramCache): Promise<Float64Array> {
  const { numImages, numPixels, channels } = table;
  if (numImages < 2) throw new ValueError("pixelCovariance", "table", "at least two images", numImages);
  const means = pixelMeans(table);
  const program = await programs.get(`pixelCovariance ${numPixels}`, () =>
    trace({ rows: float32Spec([BLOCK_ROWS, numPixels]) }, ({ rows }) => ({ products: rows.transpose().matmul(rows) })),
  );
  const covariance = new Float64Array(numPixels * numPixels);
  const rows = float32(new Float32Array(BLOCK_ROWS * numPixels), [BLOCK_ROWS, numPixels]);
  for (let channel = 0; channel < channels; channel++) {
    for (let first = 0; first < numImages; first += BLOCK_ROWS) {
      fillRows(rows.data as Float32Array, table, means, channel, first);
      const { products } = await program.run({ rows });
      for (let i = 0; i < covariance.length; i++) covariance[i]! += products.data[i]! / numImages;
    }
  }
  return covariance;
}

/** [numPixels, channels] */
function pixelMeans({ numImages, numPixels, channels, values }: PixelTable): Float64Array {
  const length = numPixels * channels;
  const means = new Float64Array(length);
  for (let i = 0; i < values.length; i++) means[i % length]! += values[i]!;
  return means.map((sum) => sum / numImages);
}

/** One channel of a block of images, centred; rows beyond the last image are zeros. */
function fillRows(into: Float32Array, table: PixelTable, means: Float64Array, channel: number, first: number): void {
  const { numImages, numPixels, channels, values } = table;
  for (let row = 0; row < BLOCK_ROWS; row++) {
    const image = first + row;
    for (let pixel = 0; pixel < numPixels; pixel++) {
      const at = pixel * channels + channel;
      into[row * numPixels + pixel] = image < numImages ? values[image * numPixels * channels + at]! - means[at]! : 0;
    }
  }
}
