/** Views of series for the training step: the next step's are made while the engine computes this one. */
import { ValueError } from "../../compute/errors.js";
import { keyFor } from "../../compute/random.js";
import { batchIndices, type WindowReader } from "../../data/index.js";
import { AheadLoader } from "../ahead-loader.js";
import type { RecipeData } from "../recipe-steps.js";
import type { ViewBatch, ViewLoader } from "../view-batch.js";
import { createSeriesViewMaker } from "./make-series-view.js";

export interface SeriesLoaderOptions {
  readonly set: WindowReader;
  /** One a view; views may differ in length. */
  readonly recipes: readonly RecipeData[];
  readonly batchSize: number;
  readonly seed: number;
}

/**
 * Start making views. What a step gets is a function of (seed, step) alone. Views of series take so little that the
 * calling thread makes them, when it would wait for the engine anyway.
 * @throws DarkmatterError if a recipe is not valid or the batch is larger than the set
 */
export function createSeriesLoader({ set, recipes, batchSize, seed }: SeriesLoaderOptions): ViewLoader {
  if (recipes.length === 0) throw new ValueError("createSeriesLoader", "recipes", "at least one recipe", []);
  const makers = recipes.map((recipe) => createSeriesViewMaker(recipe, set));
  const indicesAt = (step: number) => batchIndices({ numImages: set.numImages, batchSize, seed, step });
  indicesAt(0); // a batch larger than the set is refused now
  const make = (step: number): ViewBatch => {
    const indices = indicesAt(step);
    const views = makers.map((maker, v) => {
      const view = new Float32Array(batchSize * maker.length);
      for (let position = 0; position < batchSize; position++) {
        maker.make(indices[position]!, keyFor(seed, "view", step, position, v), view, position * maker.length);
      }
      return view;
    });
    return { views, indices };
  };
  return new AheadLoader(
    makers.map(({ shape }) => [batchSize, ...shape]),
    make,
  );
}
