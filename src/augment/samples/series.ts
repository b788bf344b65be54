/** Windows of a series, and rows of a table, which are windows of one step. */
import {
  requireTrainableSeries,
  type SeriesSet,
  selectWindows,
  splitSeries,
  type WindowReader,
} from "../../data/index.js";
import { drawWindow, WINDOW_PICTURE_SIZE } from "../series/draw-window.js";
import { createSeriesViewMaker } from "../series/make-series-view.js";
import { createSeriesLoader } from "../series/series-loader.js";
import { parseSeriesRecipe, seriesRecipeFor } from "../series/series-recipe.js";
import type { Picture, SampleKind } from "./sample-kind.js";

export const series: SampleKind<SeriesSet, WindowReader> = {
  name: "series",
  noun: (size) => (size === 1 ? "row" : "window"),
  isIndependent: false,
  shapeOf: (channels, size) => [channels, size],
  parseRecipe: parseSeriesRecipe,
  plainRecipeLike: ({ size }) => seriesRecipeFor("none", { size }),
  // Published views of images say nothing about series: how many there are is all that counts.
  viewsFor: (presets, options) => presets.map(() => seriesRecipeFor(options.size === 1 ? "row" : "window", options)),
  createViewMaker: createSeriesViewMaker,
  createLoader: createSeriesLoader,
  pictureOf: (set, window) => pictureOf(set.readWindows([window]), set.channels),
  forPeople: (recipe) => ({ recipe, draw: pictureOf }),
  sizeText: (size) => (size === 1 ? "1 row" : `${size} steps`),
  describe: ({ settings, standardisation, paths }) => ({ settings, standardisation, paths }),
  bytesOf: (set, window) => new Uint8Array(set.readWindows([window]).slice().buffer),
  requireTrainable: requireTrainableSeries,
  select: selectWindows,
  split: splitSeries,
};

function pictureOf(values: Float32Array, channels: number): Picture {
  return { size: WINDOW_PICTURE_SIZE, channels: 3, pixels: drawWindow(values, channels) };
}
