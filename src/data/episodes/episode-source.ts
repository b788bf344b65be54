/** Where episodes come from: an environment, videos, folders of frames, tables of sensors with actions. */

/** What is observed at each step. */
export type ObservationShape =
  /** Square pictures, uint8 [size, size, channels]; layered: see `World.observation`. */
  | { readonly kind: "frames"; readonly size: number; readonly channels: number; readonly isLayered?: boolean }
  /** Numbers, float32 [dim]. */
  | { readonly kind: "vectors"; readonly dim: number };

/** What all episodes of a set have in common. */
export interface EpisodeFacts {
  readonly name: string;
  readonly observation: ObservationShape;
  /** Numbers of an action; 0 where nobody acts. */
  readonly actionDim: number;
  /** True numbers of a state by name, for evaluation alone; none where nobody knows them. */
  readonly factorNames: readonly string[];
}

/** One episode: n observations, and what was done between them. */
export interface EpisodeRecord {
  /** [n, ...observation] as bytes; vectors are float32, little-endian. */
  readonly observations: Uint8Array;
  /** [n - 1, actionDim] */
  readonly actions: Float32Array;
  /** [n, numFactors] */
  readonly factors: Float32Array;
}

/** Episodes by number, each a function of its number alone, so that writing them can be interrupted anywhere. */
export interface EpisodeSource extends EpisodeFacts {
  readonly numEpisodes: number;
  /** Tells this source from others: equal descriptions give equal episodes. */
  readonly description: Readonly<Record<string, unknown>>;
  /** What its owner should know, such as columns that were left out. */
  readonly warnings?: readonly string[];
  episodeAt(index: number): EpisodeRecord | Promise<EpisodeRecord>;
}

/** Bytes of one observation. */
export function observationBytes(shape: ObservationShape): number {
  return shape.kind === "frames" ? shape.size * shape.size * shape.channels : 4 * shape.dim;
}
