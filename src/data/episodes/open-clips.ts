/** The way in: a folder of episodes as clips. */
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { ValueError } from "../../compute/errors.js";
import { type ConfigOf, type OptionTable, resolveOptions } from "../../compute/options.js";
import { asTheyAre, measureClips } from "./clip-moments.js";
import { type ClipSet, type ClipSettings, clipSet, clipsStandardisedBy } from "./clip-set.js";
import { type EpisodeSet, MANIFEST_FILE, openEpisodes } from "./episode-set.js";

export const clipOptions = {
  clipLength: { default: 9, min: 2, integer: true, doc: "observations of a clip" },
  frameStride: { default: 1, min: 1, integer: true, doc: "steps from one observation of a clip to the next" },
  clipEvery: { default: 1, min: 1, integer: true, doc: "steps from the start of one clip to that of the next" },
} satisfies OptionTable;
export type ClipOptions = Partial<ConfigOf<typeof clipOptions>>;

/** Whether a path is a folder of episodes, as `darkmatter worlds generate` writes it. */
export function isEpisodeFolder(path: string): boolean {
  return existsSync(join(path, MANIFEST_FILE));
}

/**
 * Open a folder of episodes as clips: a sample is `clipLength` observations in a row.
 *
 *   const set = openClips("data/two-rooms", { clipLength: 9 });
 *
 * Every start within an episode gives a clip, so an epoch is every clip once. The true factors of a clip's first
 * observation are its measurements, for evaluation alone.
 * @throws ValueError for episodes that are all shorter than a clip; DarkmatterError for a folder that holds none
 */
export function openClips(folder: string, options: ClipOptions = {}): ClipSet {
  const settings = resolveOptions("openClips", clipOptions, options);
  const episodes = openEpisodes(folder);
  try {
    const { episodeOf, starts, numTooShort } = cutClips(episodes, settings);
    const name = basename(resolve(folder));
    const warnings =
      numTooShort === 0
        ? []
        : [`${numTooShort} of ${episodes.numEpisodes} episodes are shorter than a clip and left out.`];
    const measurements = factorsOf(episodes, episodeOf, starts);
    const fields = { ...{ name, episodes, settings, episodeOf, starts, warnings }, ...measurements };
    const plain = clipSet({ ...fields, standardisation: asTheyAre(episodes) });
    return clipsStandardisedBy(plain, measureClips(plain));
  } catch (error) {
    episodes.close();
    throw error;
  }
}

function cutClips(episodes: EpisodeSet, { clipLength, frameStride, clipEvery }: ClipSettings) {
  const span = (clipLength - 1) * frameStride + 1;
  const [episodeOf, starts]: [number[], number[]] = [[], []];
  let numTooShort = 0;
  for (const [episode, length] of episodes.lengths.entries()) {
    if (length < span) numTooShort++;
    for (let start = 0; start + span <= length; start += clipEvery) {
      episodeOf.push(episode);
      starts.push(start);
    }
  }
  if (starts.length === 0) {
    const longest = Math.max(0, ...episodes.lengths);
    const expected = `at most the ${longest} observations of the longest episode`;
    const hint = `${clipLength} observations, ${frameStride} steps apart, span ${span}. Choose shorter clips.`;
    throw new ValueError("openClips", "clipLength", expected, clipLength, hint);
  }
  return { episodeOf: Uint32Array.from(episodeOf), starts: Uint32Array.from(starts), numTooShort };
}

/** The true factors of each clip's first observation, by name. */
function factorsOf(episodes: EpisodeSet, episodeOf: Uint32Array, starts: Uint32Array): Pick<ClipSet, "measurements"> {
  const { factorNames, lengths } = episodes;
  const F = factorNames.length;
  if (F === 0) return {};
  const columns = factorNames.map(() => new Float64Array(starts.length));
  let read: { readonly episode: number; readonly factors: Float32Array } | undefined;
  for (const [clip, episode] of episodeOf.entries()) {
    if (read?.episode !== episode) {
      read = { episode, factors: episodes.readFactors(episode, { first: 0, count: lengths[episode]!, stride: 1 }) };
    }
    for (const [f, column] of columns.entries()) column[clip] = read.factors[starts[clip]! * F + f]!;
  }
  return { measurements: Object.fromEntries(factorNames.map((name, f) => [name, columns[f]!])) };
}
