/** Series and tables: files of numbers as windows of a series, or rows of a table. */
export { openSeries, type SeriesOptions } from "./open-series.js";
export { isSeriesName } from "./read-table.js";
export {
  requireTrainableSeries,
  type SeriesSet,
  type SeriesSettings,
  selectWindows,
  standardisationOf,
  standardisedBy,
  type WindowReader,
} from "./series-set.js";
export { type SeriesSplit, splitSeries } from "./split-series.js";
export type { Standardisation } from "./standardisation.js";
