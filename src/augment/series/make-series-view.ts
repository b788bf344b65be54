/** From a window and a key to a view: the one place where recipes of series are carried out. */
import { childKey, type Key, keyFor, Random } from "../../compute/random.js";
import type { WindowReader } from "../../data/index.js";
import type { RecipeData } from "../recipe-steps.js";
import { resampleTime } from "./resample-time.js";
import type { SeriesView } from "./series-augmentation.js";
import { resolveSeriesSteps, seriesRecipeFor } from "./series-recipe.js";

/** Makes views of one recipe from the windows of one set, reusing its buffers. */
export interface SeriesViewMaker {
  /** [C, size] of every view. */
  readonly shape: readonly [number, number];
  /** Number of values of a view. */
  readonly length: number;
  /** Write the view of a window that belongs to `key` into `into`, at `offset`. */
  make(window: number, key: Key, into: Float32Array, offset?: number): void;
}

/**
 * Prepare a recipe for the windows of a set. Every step draws from its own stream, as for images: taking one step out of
 * a recipe leaves the draws of the others as they were.
 * @throws UnknownNameError or ValueError if the recipe is not valid
 */
export function createSeriesViewMaker(recipe: RecipeData, set: WindowReader): SeriesViewMaker {
  const { size, steps } = resolveSeriesSteps(recipe);
  const names = steps.map(({ augmentation }) => augmentation.name);
  const repeats = names.map((name, i) => names.slice(0, i).filter((earlier) => earlier === name).length);
  const { channels, window: sourceSize, numImages: numWindows } = set;
  const [donor, drawn] = [new Float32Array(sourceSize), new Float32Array(size)];
  const view: SeriesView = {
    ...{ channels, size, sourceSize },
    source: new Float32Array(channels * sourceSize),
    data: new Float32Array(channels * size),
    drawChannel(random, channel) {
      set.readChannel(random.integer(numWindows), channel, donor);
      resampleTime(donor, { start: 0, length: sourceSize }, drawn);
      return drawn;
    },
  };
  return {
    shape: [channels, size],
    length: channels * size,
    make(window, key, into, offset = 0) {
      set.readWindows([window], view.source);
      steps.forEach(({ augmentation, config }, i) => {
        augmentation.apply(view, new Random(childKey(key, names[i]!, repeats[i]!)), config);
      });
      into.set(view.data, offset);
    },
  };
}

/**
 * Windows as evaluation sees them: whole and unchanged.
 * @param size time steps; resampled if the windows of the set have others
 * @returns float32 [n, C, size]
 */
export function plainSeriesViews(set: WindowReader, indices: ArrayLike<number>, size: number): Float32Array {
  const maker = createSeriesViewMaker(seriesRecipeFor("none", { size }), set);
  const views = new Float32Array(indices.length * maker.length);
  const key = keyFor(0, "plain");
  for (let i = 0; i < indices.length; i++) maker.make(indices[i]!, key, views, i * maker.length);
  return views;
}
