import { expectShape, int32, ShapeError, Tensor } from "../compute/index.js";

/**
 * What is at some places, in their order: of each image, or of one table for all images.
 * @param values [B, N, D], or a table [N, D]
 * @param places int32 [B, K], each from 0 to N − 1
 * @returns [B, K, D]
 * @throws ShapeError
 * A product with ones and zeros, not a gather: its gradient is a product as well. That of a gather adds rows where an
 * index repeats, which the native engine does from several threads without a lock and jax-js cannot compile.
 */
export function selectPlaces(values: Tensor, places: Tensor): Tensor {
  const [B, K] = expectShape("selectPlaces", "places", places, ["B", "K"]);
  if (values.shape.length === 2) {
    const [N, D] = values.shape as [number, number];
    return isPlace(places.reshape([B * K]), N)
      .matmul(values)
      .reshape([B, K, D]);
  }
  const [batchSize, N] = expectShape("selectPlaces", "values", values, ["B", "N", "D"]);
  if (batchSize !== B) {
    throw new ShapeError("selectPlaces", "places", [batchSize, "K"], places.shape, "One list of places an image.");
  }
  return isPlace(places, N).matmul(values);
}

/** [...] -> [..., N]: 1 at the place, 0 elsewhere. */
function isPlace(places: Tensor, N: number): Tensor {
  const all = Tensor.constant(
    int32(
      Int32Array.from({ length: N }, (_, n) => n),
      [N],
    ),
  );
  return places.expandDims(-1).equal(all).astype("float32");
}
