/** Episodes to disk, shard by shard: what was stopped goes on where it was. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DarkmatterError } from "../../compute/errors.js";
import { type EpisodeManifest, MANIFEST_FILE, readManifest, shardName } from "./episode-set.js";
import { type EpisodeRecord, type EpisodeSource, observationBytes } from "./episode-source.js";
import { encodeShard, SHARD_VERSION } from "./shard-file.js";

export interface WriteEpisodesOptions {
  /** Default 64. */
  readonly episodesPerShard?: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** When aborted, the shard at hand is finished, and no other begun. */
  readonly signal?: AbortSignal;
}

const EPISODES_PER_SHARD = 64;

/**
 * Write every episode of a source that is not there yet.
 * @returns whether all are there now
 * @throws DarkmatterError if the folder holds episodes of another source, or one gives an episode of a wrong shape
 */
export async function writeEpisodes(
  source: EpisodeSource,
  folder: string,
  { episodesPerShard = EPISODES_PER_SHARD, onProgress, signal }: WriteEpisodesOptions = {},
): Promise<boolean> {
  const { name, observation, actionDim, factorNames, numEpisodes, description } = source;
  const manifest: EpisodeManifest = {
    ...{ version: SHARD_VERSION, name, observation, actionDim, factorNames },
    ...{ numEpisodes, episodesPerShard, description },
  };
  mkdirSync(folder, { recursive: true });
  keepManifest(folder, manifest);
  for (let first = 0; first < numEpisodes; first += episodesPerShard) {
    const path = join(folder, shardName(first / episodesPerShard));
    const end = Math.min(numEpisodes, first + episodesPerShard);
    if (!existsSync(path)) {
      if (signal?.aborted) return false;
      const episodes: EpisodeRecord[] = [];
      for (let index = first; index < end; index++) {
        const episode = await source.episodeAt(index);
        requireShape(source, index, episode);
        episodes.push(episode);
      }
      writeAtomic(path, encodeShard(episodes, observationBytes(observation)));
    }
    onProgress?.(end, numEpisodes);
  }
  return true;
}

/** The one that is there must be the same: a folder is no mixture. */
function keepManifest(folder: string, manifest: EpisodeManifest): void {
  const path = join(folder, MANIFEST_FILE);
  if (!existsSync(path)) {
    const strays = readdirSync(folder).filter((name) => !name.startsWith("."));
    if (strays.length > 0) {
      throw new DarkmatterError(`writeEpisodes: ${folder} holds other files (${strays[0]}). Name a folder of its own.`);
    }
    writeAtomic(path, JSON.stringify(manifest, undefined, 2));
    return;
  }
  if (JSON.stringify(readManifest(folder)) === JSON.stringify(manifest)) return;
  throw new DarkmatterError(`writeEpisodes: ${folder} holds episodes of another source or seed. Name another folder.`);
}

/** @throws DarkmatterError naming the episode */
function requireShape(
  { observation, actionDim, factorNames }: EpisodeSource,
  index: number,
  episode: EpisodeRecord,
): void {
  const { observations, actions, factors } = episode;
  const n = observations.length / observationBytes(observation);
  const wrong = [
    Number.isInteger(n) && n >= 1 ? "" : `${observations.length} bytes of observations`,
    actions.length === (n - 1) * actionDim ? "" : `${actions.length} numbers of actions for ${n} observations`,
    factors.length === n * factorNames.length ? "" : `${factors.length} factors for ${n} observations`,
    actions.every(Number.isFinite) ? "" : "actions that are not finite",
  ].find((text) => text !== "");
  if (wrong !== undefined) throw new DarkmatterError(`writeEpisodes: episode ${index} has ${wrong}.`);
}

/** Whole or not at all. */
function writeAtomic(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}
