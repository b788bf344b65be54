/** The views of a batch, as a function of (seed, step): the work itself, the same in every thread. */
import { keyFor } from "../compute/random.js";
import { batchIndices } from "../data/batches.js";
import { openCache } from "../data/cache-file.js";
import type { PixelLocation } from "../data/image-set.js";
import { createViewMaker } from "./make-view.js";
import type { ViewRecipe } from "./recipe.js";

/** Everything that decides what batches contain. Plain data: it is sent to worker threads. */
export interface BatchRecipe {
  readonly set: PixelLocation;
  /** One a view. */
  readonly recipes: readonly ViewRecipe[];
  readonly batchSize: number;
  readonly seed: number;
}

export interface BatchMaker {
  /** Values in each array of views: B · C · H · W. */
  readonly lengths: readonly number[];
  /** [B, C, H, W] of each view. */
  readonly shapes: readonly (readonly [number, number, number, number])[];
  /** The images of a step. */
  indicesAt(step: number): Uint32Array;
  /**
   * Make the views of the images first..end-1 of a step's batch and put them at their places in `views`.
   * View v of position p has the key keyFor(seed, "view", step, p, v).
   */
  fill(step: number, first: number, end: number, views: readonly Float32Array[]): void;
  close(): void;
}

/**
 * Open the cache and prepare the recipes.
 * @throws DarkmatterError if the cache cannot be opened, a recipe is not valid or the batch is larger than the set
 */
export function createBatchMaker({ set, recipes, batchSize, seed }: BatchRecipe): BatchMaker {
  const reader = openCache(set);
  const { numImages, imageSize, channels } = reader;
  const makers = recipes.map((recipe) => createViewMaker(recipe, imageSize, channels));
  const imageBytes = imageSize * imageSize * channels;
  let pixels = new Uint8Array(0);
  const indicesAt = (step: number) => batchIndices({ numImages, batchSize, seed, step });
  return {
    lengths: makers.map((maker) => batchSize * maker.length),
    shapes: makers.map((maker) => [batchSize, ...maker.shape] as const),
    indicesAt,
    fill(step, first, end, views) {
      const needed = (end - first) * imageBytes;
      if (pixels.length < needed) pixels = new Uint8Array(needed);
      reader.readPixels(indicesAt(step).subarray(first, end), pixels);
      for (let position = first; position < end; position++) {
        const start = (position - first) * imageBytes;
        const image = pixels.subarray(start, start + imageBytes);
        makers.forEach((maker, v) => {
          maker.make(image, keyFor(seed, "view", step, position, v), views[v]!, position * maker.length);
        });
      }
    },
    close: () => reader.close(),
  };
}
