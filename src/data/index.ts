/** Data: images decoded once into a cache, named data sets, and batches as a function of (seed, step). */
export { type BatchPlan, batchIndices, epochOf, stepsPerEpoch } from "./batches.js";
export { openCache } from "./cache-file.js";
export { type CacheOptions, cacheDirectory, chooseImageSize, openSource } from "./cached-set.js";
export { datasets, getDataset, listDatasets } from "./datasets/catalog.js";
export type { DatasetContext, DatasetDefinition } from "./datasets/dataset.js";
export { type MaterialsOptions, materialsSource } from "./datasets/materials.js";
export * from "./episodes/index.js";
export {
  groupingOf,
  type ImageSet,
  indicesWhere,
  type Labels,
  locationOf,
  type Measurements,
  type PixelLocation,
  type PixelReader,
  requireTrainable,
  type SkippedFile,
  subset,
} from "./image-set.js";
export type { ImageSource, SourceImage, SourceListing } from "./image-source.js";
export {
  type ColumnKind,
  type ColumnOptions,
  type LabelColumn,
  type LabelColumns,
  readLabelColumns,
} from "./label-columns.js";
export { withLabelsFile } from "./labels-csv.js";
export { type OpenOptions, openImages } from "./open-images.js";
export type { OnProgress, Progress } from "./progress.js";
export type { SampleKindName, SampleSet } from "./sample-set.js";
export type { Samples } from "./samples.js";
export * from "./series/index.js";
export { type Split, type SplitOptions, split } from "./split.js";
