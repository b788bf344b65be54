/** Data: images decoded once into a cache, named data sets, and batches as a function of (seed, step). */
export { type BatchPlan, batchIndices, epochOf, stepsPerEpoch } from "./batches.js";
export { openCache } from "./cache-file.js";
export {
  groupingOf,
  type ImageSet,
  indicesWhere,
  type Labels,
  locationOf,
  type PixelLocation,
  type PixelReader,
  requireTrainable,
  type SkippedFile,
  subset,
} from "./image-set.js";
export { type Split, type SplitOptions, split } from "./split.js";
