/** Episodes: what happened, step by step, and what was done. */
export { type EnvironmentSourceOptions, environmentSource, recordOf } from "./environment-source.js";
export { type EpisodeSet, openEpisodes, type Span } from "./episode-set.js";
export type { EpisodeFacts, EpisodeRecord, EpisodeSource, ObservationShape } from "./episode-source.js";
export { type WriteEpisodesOptions, writeEpisodes } from "./write-episodes.js";
