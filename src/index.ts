/**
 * darkmatter: self-supervised learning for TypeScript. The main job, from a folder of images to a report; each room
 * (`darkmatter/compute`, `darkmatter/train` and so on) exports its parts.
 */
export { type AugmentationName, augmentations, type PresetName, presets } from "./augment/index.js";
export {
  DarkmatterError,
  type EngineName,
  engines,
  ShapeError,
  UnknownNameError,
  ValueError,
} from "./compute/index.js";
export {
  datasets,
  type ImageSet,
  listDatasets,
  openImages,
  openSeries,
  type SeriesSet,
  split,
  subset,
} from "./data/index.js";
export { type EncoderName, encoders } from "./encoders/catalog.js";
export { flatReport, type Report, renderReport } from "./evaluate/index.js";
export { type ObjectiveName, objectives } from "./objectives/catalog.js";
export { type Conversion, fromDialect } from "./objectives/dialects/index.js";
export { objectiveValue } from "./objectives/objective-value.js";
export * from "./recipes/index.js";
export type { RunFolder, TrainConfig } from "./train/index.js";
