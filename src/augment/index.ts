/** Views: recipes of augmentations, carried out by key, in worker threads ahead of the training step. */
export type { Augmentation, Stage, View } from "./augmentation.js";
export { type AugmentationName, augmentations } from "./augmentations/catalog.js";
export { type ChannelStatistics, defaultStatistics, imagenetStatistics } from "./augmentations/normalise.js";
export { type ContactSheetOptions, writeContactSheet } from "./contact-sheet.js";
export { createViewMaker, makeView, type ViewMaker } from "./make-view.js";
export { type MaskName, masks } from "./masks/catalog.js";
export { blockMask, inverseBlockMask, randomMask } from "./masks/index.js";
export type { Mask, MaskCounts, MaskSizes, PlaceIndices } from "./masks/mask.js";
export { plainViews } from "./plain-views.js";
export {
  type Preset,
  type PresetName,
  type PresetOptions,
  plainRecipeLike,
  presets,
  recipeFor,
  viewSizeFor,
} from "./presets.js";
export { parseRecipe, type RecipeStep, type ViewRecipe, withoutFinish, withStep } from "./recipe.js";
export type { RecipeData } from "./recipe-steps.js";
export { plainSamples, sampleKindOf, sampleKinds } from "./samples/catalog.js";
export type {
  Picture,
  SampleKind,
  SampleReader,
  SampleRecipe,
  SampleSplit,
  SampleViewMaker,
} from "./samples/sample-kind.js";
export * from "./series/index.js";
export type { ViewBatch, ViewLoader } from "./view-batch.js";
export { createViewLoader, type ViewLoaderOptions } from "./view-loader.js";
