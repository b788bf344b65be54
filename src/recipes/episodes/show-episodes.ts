/** A folder of episodes: what is in it, and one of them to look at. */
import { basename, resolve } from "node:path";
import { resolveOptions } from "../../compute/index.js";
import { type ObservationShape, openEpisodes } from "../../data/index.js";
import { checkSceneFile, frameShapeOf, type SceneFileOptions, writeScene } from "./episode-frames.js";
import { bytesIn } from "./write-source.js";

export interface ShowOptions extends Omit<SceneFileOptions, "out"> {
  /** The episode that is drawn; default 0. */
  readonly episode?: number;
  /** Strip (.png) or animation (.gif); nothing is drawn without it. */
  readonly out?: string;
}

export interface EpisodesFacts {
  readonly path: string;
  /** The environment's, or the source's. */
  readonly name: string;
  readonly numEpisodes: number;
  /** Observations of an episode: fewest, mean, most. */
  readonly lengths: { readonly least: number; readonly mean: number; readonly most: number };
  readonly observation: ObservationShape;
  readonly actionDim: number;
  readonly factorNames: readonly string[];
  /** What they were made from. */
  readonly description: Readonly<Record<string, unknown>>;
  /** On disk, and unpacked. */
  readonly bytes: number;
  readonly observationBytes: number;
  /** Of the picture, if one was asked for. */
  readonly picture?: string;
}

/**
 * Read the facts of a folder of episodes, and draw one if asked to.
 * @throws DarkmatterError for a folder without episodes, half-made or damaged ones; ValueError for an episode that is not
 *   there, or vectors that are to be drawn
 */
export async function showEpisodes(folder: string, options: ShowOptions = {}): Promise<EpisodesFacts> {
  const { out, episode = 0, numFrames, framesPerSecond } = options;
  const file =
    out === undefined
      ? undefined
      : { out, ...(numFrames && { numFrames }), ...(framesPerSecond && { framesPerSecond }) };
  if (file !== undefined) checkSceneFile("show", file);
  const set = openEpisodes(folder);
  try {
    const { name, numEpisodes, observation, actionDim, factorNames, description, lengths } = set;
    if (file !== undefined) {
      const shape = frameShapeOf("show", observation);
      const table = {
        episode: { default: 0, min: 0, max: numEpisodes - 1, integer: true, doc: "number of an episode" },
      };
      const number = resolveOptions("show", table, { episode }).episode;
      const observations = set.readObservations(number, { first: 0, count: lengths[number]!, stride: 1 });
      const title = `${basename(resolve(folder))}, episode ${number}`;
      const subtitle = `${lengths[number]} frames of ${shape.size} × ${shape.size} pixels`;
      await writeScene({ title, subtitle, shape, tracks: [{ observations }] }, file);
    }
    const sorted = lengths.toSorted();
    const total = lengths.reduce((sum, length) => sum + length, 0);
    const bytesEach =
      observation.kind === "frames" ? observation.size ** 2 * observation.channels : 4 * observation.dim;
    return {
      ...{ path: folder, name, numEpisodes, observation, actionDim, factorNames, description },
      lengths: { least: sorted[0]!, mean: total / numEpisodes, most: sorted.at(-1)! },
      ...{ bytes: bytesIn(folder), observationBytes: total * bytesEach },
      ...(out !== undefined && { picture: out }),
    };
  } finally {
    set.close();
  }
}
