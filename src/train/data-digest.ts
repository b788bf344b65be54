/** Whether two openings of a data set show the same images. */
import { createHash } from "node:crypto";
import { DarkmatterError } from "../compute/index.js";
import type { ImageSet } from "../data/index.js";
import type { TrainConfig } from "./config.js";

/** So many images, spread evenly, are read in full: any usual folder, and a second at most for a huge one. */
const MOST_IMAGES_READ = 1024;
const DIGEST_LENGTH = 16;

/**
 * A digest of a set: the names of all images, their size and channels, and the pixels of up to 1,024 of them. Where the
 * set lies is no part of it, so a folder may be moved.
 */
export function digestOf(set: ImageSet): string {
  const { numImages, imageSize, channels, paths } = set;
  const hash = createHash("sha256").update(JSON.stringify({ numImages, imageSize, channels, paths }));
  const numRead = Math.min(numImages, MOST_IMAGES_READ);
  const pixels = new Uint8Array(imageSize * imageSize * channels);
  for (let i = 0; i < numRead; i++) hash.update(set.readPixels([Math.floor((i * numImages) / numRead)], pixels));
  return hash.digest("hex").slice(0, DIGEST_LENGTH);
}

/**
 * Refuse to train on other images than a config was made for.
 * @throws DarkmatterError saying what differs
 */
export function requireSameImages(config: TrainConfig, set: ImageSet): void {
  const { source, numImages, channels, digest } = config.data;
  const changes = [
    numImages === set.numImages ? "" : `data.numImages: was ${numImages}, now ${set.numImages}`,
    channels === set.channels ? "" : `data.channels: was ${channels}, now ${set.channels}`,
  ].filter(Boolean);
  if (changes.length === 0 && digest === digestOf(set)) return;
  const what = changes.length > 0 ? changes.join("; ") : "data.digest: there are as many, but names or pixels differ";
  throw new DarkmatterError(
    `resume: the images in ${set.name} are not those of the run, which began with ${source} (${what}). ` +
      "Bring them back, or start a new run.",
  );
}
