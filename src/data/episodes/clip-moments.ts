/** Moments of the observations that clips show. */
import type { Standardisation } from "../series/index.js";
import { type ClipSet, clipsStandardisedBy } from "./clip-set.js";
import type { EpisodeSet } from "./episode-set.js";

/** So many observations are read to know their moments: thousands of pixels each. */
const MOST_MEASURED = 512;

/** Mean and spread of each channel over observations spread evenly over the clips, in the units of the file. */
export function measureClips(set: ClipSet): Standardisation {
  const { channels, numImages } = set;
  const plain = clipsStandardisedBy(set, asTheyAre(set.episodes));
  const values = new Float32Array(set.shape.reduce((size, dim) => size * dim, 1));
  const places = values.length / channels;
  const count = Math.min(numImages, MOST_MEASURED);
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let i = 0; i < count; i++) {
    const clip = Math.floor((i * numImages) / count);
    plain.readObservations(clip, { first: i % set.settings.clipLength, count: 1 }, values);
    for (let c = 0; c < channels; c++) {
      for (const value of values.subarray(c * places, (c + 1) * places)) {
        sums[c]! += value;
        squares[c]! += value * value;
      }
    }
  }
  const means = [...sums].map((sum) => sum / (count * places));
  const stds = [...squares].map((square, c) => Math.sqrt(Math.max(0, square / (count * places) - means[c]! ** 2)));
  // Rounding leaves a trace of spread in a channel that is constant.
  return { means, stds: stds.map((std, c) => (std > 1e-9 * Math.max(1, Math.abs(means[c]!)) ? std : 1)) };
}

/** Moments that change nothing. */
export function asTheyAre({ observation }: Pick<EpisodeSet, "observation">): Standardisation {
  const C = observation.kind === "frames" ? observation.channels : observation.dim;
  return { means: Array<number>(C).fill(0), stds: Array<number>(C).fill(1) };
}
