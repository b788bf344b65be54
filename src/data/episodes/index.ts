/** Episodes: what happened, step by step, and what was done. */
export type { ColumnChoices } from "./claim-columns.js";
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
export { frameFolderSource } from "./frame-folder-source.js";
export type { FrameOptions } from "./frame-size.js";
export { type ClipOptions, clipOptions, isEpisodeFolder, openClips } from "./open-clips.js";
export { type OpenSourceOptions, openEpisodeSource } from "./open-source.js";
export { splitClips } from "./split-clips.js";
export { tableSource } from "./table-source.js";
export { type VideoSourceOptions, videoSource } from "./video-source.js";
export { type WriteEpisodesOptions, writeEpisodes } from "./write-episodes.js";
