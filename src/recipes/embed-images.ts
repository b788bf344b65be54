/** One vector an image, or a window of a series, from a trained run. */

import { sampleKindOf } from "../augment/index.js";
import type { OnProgress } from "../data/index.js";
import { createEmbedder, RunFolder } from "../train/index.js";
import { openSamplesOf } from "./run-samples.js";
import { trainedEncoder } from "./trained-encoder.js";

export interface Embedding {
  /** What one sample is called: "image", "window" or "row". */
  readonly noun: string;
  /** Where each image came from (or which rows a window has), in the order of the rows. */
  readonly paths: readonly string[];
  readonly numImages: number;
  readonly dim: number;
  /** float32 [numImages, dim] */
  readonly features: Float32Array;
}

/**
 * Embed images, or windows of a series, with the encoder of a run.
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
  const set = await openSamplesOf(folder, "embed", { data }, { ...(onData && { onData }) });
  const embedder = await createEmbedder(config, await trainedEncoder(folder));
  try {
    const { features, dim } = await embedder.embedSet(set, { ...(onProgress && { onProgress }) });
    return {
      noun: sampleKindOf(set).noun(config.imageSize),
      paths: set.paths,
      numImages: set.numImages,
      dim,
      features,
    };
  } finally {
    await embedder.close();
    set.close();
  }
}
