/** Episodes of any source to disk, with what a person wants to know meanwhile and afterwards. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type EpisodeSource, type OnProgress, writeEpisodes } from "../../data/index.js";

export interface WriteObserver {
  readonly onProgress?: OnProgress;
  /** The source is open and its folder agrees: from now on there is something to keep. */
  readonly onStart?: (source: EpisodeSource) => void;
  /** When aborted, what is begun is finished, and the rest is left for later. */
  readonly signal?: AbortSignal;
}

export interface WrittenEpisodes {
  readonly path: string;
  readonly numEpisodes: number;
  /** Of those, how many are there; fewer after an abort. */
  readonly numThere: number;
  /** How many were made now, and in how many seconds. */
  readonly numMade: number;
  readonly seconds: number;
  /** On disk. */
  readonly bytes: number;
  readonly warnings: readonly string[];
}

const REPORT_EVERY_MS = 100;

/**
 * Write what is not there yet.
 * @param stage what is being done, for progress: "generating"
 * @throws DarkmatterError if the folder holds something else
 */
export async function writeSource(
  source: EpisodeSource,
  {
    path,
    stage,
    episodesPerShard,
  }: { readonly path: string; readonly stage: string; readonly episodesPerShard: number },
  { onProgress, onStart, signal }: WriteObserver,
): Promise<WrittenEpisodes> {
  const { numEpisodes, warnings = [] } = source;
  const startedMs = performance.now();
  let [numThere, numMade, reportedMs] = [0, 0, Number.NEGATIVE_INFINITY];
  const report = (done: number): void => {
    const nowMs = performance.now();
    if (nowMs - reportedMs < REPORT_EVERY_MS) return;
    reportedMs = nowMs;
    const perSecond = numMade / Math.max((nowMs - startedMs) / 1000, 1e-6);
    onProgress?.({ stage, done, total: numEpisodes, perSecond, secondsLeft: (numEpisodes - done) / perSecond });
  };
  const watched: EpisodeSource = {
    ...source,
    async episodeAt(index) {
      if (numMade === 0) onStart?.(source);
      await setImmediate(); // simulators do not wait for anything: without a pause nobody would hear Ctrl-C
      const episode = await source.episodeAt(index);
      numMade++;
      report(index + 1);
      return episode;
    },
  };
  await writeEpisodes(watched, path, {
    episodesPerShard,
    onProgress: (done) => {
      numThere = done;
    },
    ...(signal && { signal }),
  });
  const seconds = (performance.now() - startedMs) / 1000;
  return { ...{ path, numEpisodes, numThere, numMade, seconds }, bytes: bytesIn(path), warnings };
}

export function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
