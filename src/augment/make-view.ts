/** From a cached image and a key to a view: the one place where recipes are carried out. */
import { ShapeError, ValueError } from "../compute/errors.js";
import { childKey, type Key, Random } from "../compute/random.js";
import { createView } from "./augmentation.js";
import { resolveSteps, type ViewRecipe } from "./recipe.js";
import type { RecipeData } from "./recipe-steps.js";

/** Makes views of one recipe from images of one shape, reusing its buffers. Not for two threads at once. */
export interface ViewMaker {
  /** [C, H, W] of every view. */
  readonly shape: readonly [number, number, number];
  /** Number of values of a view. */
  readonly length: number;
  /** Write the view of `pixels` that belongs to `key` into `into`, at `offset`. */
  make(pixels: Uint8Array, key: Key, into: Float32Array, offset?: number): void;
}

/**
 * Prepare a recipe for images of one shape.
 * Every step draws from its own stream, childKey(key, step's name, how many steps of this name came before), so that
 * taking one step out of a recipe leaves the draws of the others as they were.
 * @param imageSize side S of the cached square; `pixels` are uint8 [S, S, C]
 */
export function createViewMaker(recipe: RecipeData, imageSize: number, channels: number): ViewMaker {
  if (channels !== 1 && channels !== 3) throw new ValueError("createViewMaker", "channels", "1 or 3", channels);
  const { size, steps } = resolveSteps(recipe);
  const names = steps.map(({ augmentation }) => augmentation.name);
  const repeats = names.map((name, i) => names.slice(0, i).filter((earlier) => earlier === name).length);
  const view = createView(channels, imageSize, size);
  return {
    shape: [channels, size, size],
    length: channels * size * size,
    make(pixels, key, into, offset = 0) {
      view.source = pixels;
      steps.forEach(({ augmentation, config }, i) => {
        augmentation.apply(view, new Random(childKey(key, names[i]!, repeats[i]!)), config);
      });
      into.set(view.data, offset);
    },
  };
}

/**
 * One view of one image: the same key gives the same view, in any thread.
 * @param pixels uint8 [S, S, C], S = imageSize
 * @returns float32 [C, H, W], H = W = recipe.size
 * @throws ShapeError if `pixels` are not S · S · C bytes; UnknownNameError or ValueError if the recipe is not valid
 */
export function makeView(
  pixels: Uint8Array,
  imageSize: number,
  channels: number,
  recipe: ViewRecipe,
  key: Key,
): Float32Array {
  if (pixels.length !== imageSize * imageSize * channels) {
    throw new ShapeError("makeView", "pixels", [imageSize, imageSize, channels], [pixels.length]);
  }
  const maker = createViewMaker(recipe, imageSize, channels);
  const view = new Float32Array(maker.length);
  maker.make(pixels, key, view);
  return view;
}
