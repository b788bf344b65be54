/** One vector an image, from a trained run. */

import type { OnProgress } from "../data/index.js";
import { createEmbedder, RunFolder } from "../train/index.js";
import { openForTraining } from "./run-images.js";
import { trainedEncoder } from "./trained-encoder.js";

export interface Embedding {
  /** Where each image came from, in the order of the rows. */
  readonly paths: readonly string[];
  readonly numImages: number;
  readonly dim: number;
  /** float32 [numImages, dim] */
  readonly features: Float32Array;
}

/**
 * Embed images with the encoder of a run.
 *
 *   const { features, paths } = await embedImages("runs/photos-simclr", "./new-photos");
 *
 * @throws DarkmatterError if there is no run, no checkpoint or no usable image
 */
export async function embedImages(
  path: string,
  data: string,
  { onData, onProgress }: { onData?: OnProgress; onProgress?: (done: number, total: number) => void } = {},
): Promise<Embedding> {
  const folder = await RunFolder.open(path);
  const { config } = folder;
  const set = await openForTraining(
    { data, size: config.imageSize, channels: config.data.channels },
    { ...(onData && { onData }) },
  );
  const embedder = await createEmbedder(config, await trainedEncoder(folder));
  try {
    const { features, dim } = await embedder.embedSet(set, { ...(onProgress && { onProgress }) });
    return { paths: set.paths, numImages: set.numImages, dim, features };
  } finally {
    await embedder.close();
    set.close();
  }
}
