/** The floor between raw pixels and an encoder: what the best linear compression of the pixels knows. */
import { keyFor } from "../compute/index.js";
import { type Features, selectRows } from "./features.js";
import { leadingComponents, type ProgramCache, projectOnto } from "./linear-algebra/index.js";
import { evenly } from "./sampling.js";

/** Beyond this, components of natural images hold next to no variance. */
const MOST_COMPONENTS = 256;
const MOST_FITTED = 2048;

/**
 * Coordinates of all images along the leading principal components of their pixels.
 * @param train images to fit on; of more than 2,048, as many evenly spread
 * @param dim components wanted: the width of the encoder's features; at most 256, and what pixels and images allow
 */
export async function pixelComponents(
  pixels: Features,
  train: Int32Array,
  dim: number,
  seed: number,
  programs: ProgramCache,
): Promise<Features> {
  const rows = selectRows(pixels, evenly(train, MOST_FITTED));
  const k = Math.min(dim, MOST_COMPONENTS, pixels.dim, rows.indices.length);
  const components = await leadingComponents(rows, k, keyFor(seed, "pixel components"), programs);
  return projectOnto(pixels, components, programs);
}
