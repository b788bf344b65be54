import { expectShape, type Tensor, ValueError } from "../compute/index.js";
import type { Layer } from "./layer.js";
import { type LinearOptions, type LinearParameters, linear } from "./linear.js";

/**
 * Cut images into square patches, row by row, and map each to a vector.
 * A matrix product instead of a convolution whose stride is its kernel: the same numbers, faster on every engine.
 * @returns layer [B, C, H, W] -> [B, N, D], N = (H / patchSize)(W / patchSize)
 */
export function patchEmbedding(
  channels: number,
  patchSize: number,
  dim: number,
  options?: LinearOptions,
): Layer<LinearParameters> {
  const project = linear(channels * patchSize * patchSize, dim, options);
  return {
    parameters: project.parameters,
    apply: (parameters, images, mode) => project.apply(parameters, patchesOf(images, channels, patchSize), mode),
  };
}

/** [B, C, H, W] -> [B, N, C · patchSize²], patches row by row, each as (channel, row, column). */
export function patchesOf(images: Tensor, channels: number, patchSize: number): Tensor {
  const [B, C, H, W] = expectShape("patchEmbedding", "images", images, ["B", channels, "H", "W"]);
  if (H % patchSize !== 0 || W % patchSize !== 0) {
    throw new ValueError("patchEmbedding", "images", `of a size divisible by the patch size ${patchSize}`, [H, W]);
  }
  const [rows, columns] = [H / patchSize, W / patchSize];
  return images
    .reshape([B, C, rows, patchSize, columns, patchSize])
    .transpose([0, 2, 4, 1, 3, 5]) // [B, rows, columns, C, patchSize, patchSize]
    .reshape([B, rows * columns, C * patchSize * patchSize]);
}
