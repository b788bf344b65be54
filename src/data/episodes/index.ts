/** Episodes: what happened, step by step, and what was done. */

export {
  type ClipReader,
  type ClipSet,
  type ClipSettings,
  clipsStandardisedBy,
  type FrameSpan,
  requireTrainableClips,
  selectClips,
} from "./clip-set.js";
export { type EnvironmentSourceOptions, environmentSource, recordOf } from "./environment-source.js";
export { type EpisodeSet, openEpisodes, type Span } from "./episode-set.js";
export type { EpisodeFacts, EpisodeRecord, EpisodeSource, ObservationShape } from "./episode-source.js";
export { type ClipOptions, clipOptions, isEpisodeFolder, openClips } from "./open-clips.js";
export { splitClips } from "./split-clips.js";
export { type WriteEpisodesOptions, writeEpisodes } from "./write-episodes.js";
