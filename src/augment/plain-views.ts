/** Images as evaluation sees them: whole, resized, normalised, always the same. */
import { keyFor } from "../compute/random.js";
import type { PixelReader } from "../data/image-set.js";
import { createViewMaker } from "./make-view.js";
import { recipeFor } from "./presets.js";
import type { ViewRecipe } from "./recipe.js";

/**
 * The plain views of some images of a set.
 * @param recipe a recipe without randomness, as `plainRecipeLike(trainingRecipe)` makes it, or the size in pixels for
 *   the preset `none`
 * @returns float32 [n, C, H, W]
 */
export function plainViews(set: PixelReader, indices: ArrayLike<number>, recipe: ViewRecipe | number): Float32Array {
  const plain = typeof recipe === "number" ? recipeFor("none", { size: recipe }) : recipe;
  const maker = createViewMaker(plain, set.imageSize, set.channels);
  const views = new Float32Array(indices.length * maker.length);
  const pixels = new Uint8Array(set.imageSize * set.imageSize * set.channels);
  const key = keyFor(0, "plain");
  for (let i = 0; i < indices.length; i++) {
    set.readPixels([indices[i]!], pixels);
    maker.make(pixels, key, views, i * maker.length);
  }
  return views;
}
