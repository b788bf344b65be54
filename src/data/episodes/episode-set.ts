/** Episodes on disk, and clips of them by number. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DarkmatterError, ValueError } from "../../compute/errors.js";
import { type EpisodeFacts, observationBytes } from "./episode-source.js";
import { SHARD_VERSION, ShardReader } from "./shard-file.js";

export const MANIFEST_FILE = "episodes.json";

/** What a folder of episodes says of itself. Written first; shards that are missing are not made yet. */
export interface EpisodeManifest extends EpisodeFacts {
  readonly version: number;
  readonly numEpisodes: number;
  readonly episodesPerShard: number;
  readonly description: Readonly<Record<string, unknown>>;
}

export interface EpisodeSet extends EpisodeFacts {
  readonly numEpisodes: number;
  readonly description: Readonly<Record<string, unknown>>;
  /** Observations of each episode. */
  readonly lengths: Uint32Array;
  /** Bytes of observations first, first + stride, ...: [count, ...observation]. */
  readObservations(episode: number, span: Span, into?: Uint8Array): Uint8Array;
  /** What was done from observation first to first + count · stride: [count · stride, actionDim], every step. */
  readActions(episode: number, span: Span): Float32Array;
  /** True factors of observations first, first + stride, ...: [count, numFactors]. */
  readFactors(episode: number, span: Span): Float32Array;
  close(): void;
}

export interface Span {
  readonly first: number;
  readonly count: number;
  readonly stride: number;
}

/** Name of a shard's file. */
export function shardName(shard: number): string {
  return `shard-${String(shard).padStart(5, "0")}.episodes`;
}

/** @throws DarkmatterError for a folder without episodes, half-made ones or damaged files */
export function openEpisodes(folder: string): EpisodeSet {
  const manifest = readManifest(folder);
  const { numEpisodes, episodesPerShard, observation, actionDim, factorNames } = manifest;
  const bytes = observationBytes(observation);
  const shards = openShards(folder, manifest, bytes);
  const lengths = Uint32Array.from(shards.flatMap((shard) => [...shard.numObservations]));
  if (lengths.length !== numEpisodes) {
    throw new DarkmatterError(
      `openEpisodes: ${folder} has ${lengths.length} episodes, not the ${numEpisodes} it names.`,
    );
  }
  const placeOf = (operation: string, episode: number, { first, count, stride }: Span) => {
    const last = first + (count - 1) * stride;
    if (!(episode >= 0 && episode < numEpisodes)) {
      throw new ValueError(operation, "episode", `from 0 to ${numEpisodes - 1}`, episode);
    }
    if (!(first >= 0 && count >= 1 && stride >= 1 && last < lengths[episode]!)) {
      const hint = `Episode ${episode} has ${lengths[episode]} observations.`;
      throw new ValueError(operation, "span", "within the episode", { first, count, stride }, hint);
    }
    return { shard: shards[Math.floor(episode / episodesPerShard)]!, row: episode % episodesPerShard };
  };
  return {
    ...manifest,
    lengths,
    readObservations(episode, span, into = new Uint8Array(span.count * bytes)) {
      const { shard, row } = placeOf("readObservations", episode, span);
      shard.readObservations(row, span, into);
      return into;
    },
    readActions(episode, { first, count, stride }) {
      const { shard, row } = placeOf("readActions", episode, { first, count: count * stride + 1, stride: 1 });
      return shard.readActions(row).subarray(first * actionDim, (first + count * stride) * actionDim);
    },
    readFactors(episode, span) {
      const { shard, row } = placeOf("readFactors", episode, span);
      const all = shard.readFactors(row);
      const F = factorNames.length;
      const rows = new Float32Array(span.count * F);
      for (let i = 0; i < span.count; i++) {
        const at = (span.first + i * span.stride) * F;
        rows.set(all.subarray(at, at + F), i * F);
      }
      return rows;
    },
    close() {
      for (const shard of shards) shard.close();
    },
  };
}

/** @throws DarkmatterError for a folder without one, or with one of another version */
export function readManifest(folder: string): EpisodeManifest {
  const path = join(folder, MANIFEST_FILE);
  if (!existsSync(path))
    throw new DarkmatterError(`openEpisodes: ${folder} has no ${MANIFEST_FILE}: these are no episodes.`);
  const manifest = JSON.parse(readFileSync(path, "utf8")) as EpisodeManifest;
  if (manifest.version === SHARD_VERSION) return manifest;
  throw new DarkmatterError(
    `openEpisodes: ${folder} was written in version ${manifest.version}, and this reads ${SHARD_VERSION}. Make the data again.`,
  );
}

function openShards(folder: string, { numEpisodes, episodesPerShard }: EpisodeManifest, bytes: number): ShardReader[] {
  const shards: ShardReader[] = [];
  try {
    for (let shard = 0; shard * episodesPerShard < numEpisodes; shard++) {
      const path = join(folder, shardName(shard));
      if (!existsSync(path)) {
        const [made, of] = [shard * episodesPerShard, numEpisodes];
        throw new DarkmatterError(
          `openEpisodes: ${folder} is half made (${made} of ${of} episodes). Give the command again that made it.`,
        );
      }
      shards.push(new ShardReader(path, bytes));
    }
    return shards;
  } catch (error) {
    for (const shard of shards) shard.close();
    throw error;
  }
}
