/** Products with the Gram matrix of the columns of features, on the engine. */
import { float32, float32Spec, trace } from "../../compute/index.js";
import { allRows, copyRows, type Features } from "../features.js";
import type { ProgramCache } from "./program-cache.js";

const MAX_BLOCK_ROWS = 2048;

/**
 * v → XᵀX v / n for several v at once. XᵀX is never formed: rows pass by in blocks, whatever their width.
 * @param numColumns how many vectors are multiplied each time
 */
export async function gramOperator(features: Features, numColumns: number, programs: ProgramCache) {
  const { numImages, dim } = features;
  const rows = Math.min(MAX_BLOCK_ROWS, Math.max(64, Math.ceil(numImages / 64) * 64));
  const specs = { block: float32Spec([rows, dim]), directions: float32Spec([dim, numColumns]) };
  const program = await programs.get(`gramProduct ${rows} ${dim} ${numColumns}`, () =>
    trace(specs, ({ block, directions }) => ({
      // [D, R] x ([R, D] x [D, C]) -> [D, C]; rows of padding are zeros
      products: block.transpose().matmul(block.matmul(directions)),
    })),
  );
  const selection = allRows(features);
  const blocks = Array.from({ length: Math.ceil(numImages / rows) }, (_, i) => {
    const isWhole = (i + 1) * rows <= numImages;
    const data = isWhole
      ? features.values.subarray(i * rows * dim, (i + 1) * rows * dim)
      : new Float32Array(rows * dim);
    if (!isWhole) copyRows(selection, i * rows, rows, data);
    return float32(data, [rows, dim]);
  });
  const given = float32(new Float32Array(dim * numColumns), [dim, numColumns]);
  return async (directions: readonly Float64Array[]): Promise<Float64Array[]> => {
    for (const [c, direction] of directions.entries()) {
      for (let d = 0; d < dim; d++) given.data[d * numColumns + c] = direction[d]!;
    }
    const results = directions.map(() => new Float64Array(dim));
    for (const block of blocks) {
      const { products } = await program.run({ block, directions: given });
      for (const [c, result] of results.entries()) {
        for (let d = 0; d < dim; d++) result[d]! += products.data[d * numColumns + c]! / numImages;
      }
    }
    return results;
  };
}
