/** Before anything is learnt of a world: environments to look at, episodes to generate, to bring along and to see. */
export {
  type GenerateOptions,
  generateEpisodes,
  type ImportOptions,
  importEpisodes,
} from "./generate-episodes.js";
export { type FloorOptions, listWorlds, type WorldFacts, type WorldFloors, worldFloors } from "./list-worlds.js";
export { type PlayedEpisode, type PlayOptions, playWorld } from "./play-world.js";
export { type EpisodesFacts, type ShowOptions, showEpisodes } from "./show-episodes.js";
export type { WriteObserver, WrittenEpisodes } from "./write-source.js";
