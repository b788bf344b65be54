/** Views of series and tables. */
export { type SeriesAugmentationName, seriesAugmentations } from "./augmentations/catalog.js";
export { createSeriesViewMaker, plainSeriesViews, type SeriesViewMaker } from "./make-series-view.js";
export type { SeriesAugmentation, SeriesStage, SeriesView } from "./series-augmentation.js";
export { createSeriesLoader, type SeriesLoaderOptions } from "./series-loader.js";
export {
  parseSeriesRecipe,
  type SeriesPresetName,
  type SeriesRecipe,
  type SeriesStep,
  seriesPresets,
  seriesRecipeFor,
} from "./series-recipe.js";
