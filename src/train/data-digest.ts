/** Whether two openings of a data set show the same samples. */
import { createHash } from "node:crypto";
import { sampleKindOf } from "../augment/index.js";
import { DarkmatterError } from "../compute/index.js";
import type { Samples } from "../data/index.js";
import type { TrainConfig } from "./config.js";

/** So many samples, spread evenly, are read in full: any usual folder, and a second at most for a huge one. */
const MOST_READ = 1024;
const DIGEST_LENGTH = 16;

/**
 * A digest of a set: the names of all samples, their size and channels, and the pixels or values of up to 1,024 of them.
 * Where the set lies is no part of it, so a folder may be moved.
 */
export function digestOf(set: Samples): string {
  const kind = sampleKindOf(set);
  const { numImages } = set;
  const hash = createHash("sha256").update(JSON.stringify(kind.describe(set)));
  const numRead = Math.min(numImages, MOST_READ);
  for (let i = 0; i < numRead; i++) hash.update(kind.bytesOf(set, Math.floor((i * numImages) / numRead)));
  return hash.digest("hex").slice(0, DIGEST_LENGTH);
}

/**
 * Refuse to train on other images than a config was made for.
 * @throws DarkmatterError saying what differs
 */
export function requireSameImages(config: TrainConfig, set: Samples): void {
  const { source, numImages, channels, digest } = config.data;
  const changes = [
    numImages === set.numImages ? "" : `data.numImages: was ${numImages}, now ${set.numImages}`,
    channels === set.channels ? "" : `data.channels: was ${channels}, now ${set.channels}`,
  ].filter(Boolean);
  if (changes.length === 0 && digest === digestOf(set)) return;
  const what = changes.length > 0 ? changes.join("; ") : "data.digest: there are as many, but names or contents differ";
  throw new DarkmatterError(
    `resume: the ${sampleKindOf(config.data).noun(config.imageSize)}s in ${set.name} are not those of the run, which began with ${source} (${what}). ` +
      "Bring them back, or start a new run.",
  );
}
