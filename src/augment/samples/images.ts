/** Images: square pictures from a cache, views made by worker threads. */
import { type ImageSet, locationOf, type PixelReader, requireTrainable, split, subset } from "../../data/index.js";
import { createViewMaker } from "../make-view.js";
import { plainRecipeLike, recipeFor, viewSizeFor } from "../presets.js";
import { parseRecipe, withoutFinish } from "../recipe.js";
import { createViewLoader } from "../view-loader.js";
import type { Picture, SampleKind } from "./sample-kind.js";

export const images: SampleKind<ImageSet, PixelReader> = {
  name: "images",
  noun: () => "image",
  isIndependent: true,
  shapeOf: (channels, size) => [channels, size, size],
  parseRecipe,
  plainRecipeLike,
  viewsFor: (presets, { size, strength }) =>
    presets.map((preset) => recipeFor(preset, { size: viewSizeFor(preset, size), strength })),
  createViewMaker(recipe, set) {
    const { imageSize, channels } = set;
    const maker = createViewMaker(recipe, imageSize, channels);
    const pixels = new Uint8Array(imageSize * imageSize * channels);
    return {
      shape: maker.shape,
      length: maker.length,
      make(image, key, into, offset) {
        maker.make(set.readPixels([image], pixels), key, into, offset);
      },
    };
  },
  createLoader: ({ set, ...rest }) => createViewLoader({ set: locationOf(set), ...rest }),
  pictureOf: (set, image) => ({ size: set.imageSize, channels: set.channels, pixels: set.readPixels([image]) }),
  forPeople: (recipe) => ({ recipe: withoutFinish(parseRecipe(recipe)), draw: pictureOfUnits(recipe.size) }),
  sizeText: (size) => `${size} px`,
  describe: ({ numImages, imageSize, channels, paths }) => ({ numImages, imageSize, channels, paths }),
  bytesOf: (set, image) => set.readPixels([image]),
  requireTrainable,
  select: subset,
  split,
};

/** From float32 [C, size, size] in 0..1. */
function pictureOfUnits(size: number): (view: Float32Array, channels: number) => Picture {
  const plane = size * size;
  return (view, channels) => {
    const pixels = new Uint8ClampedArray(view.length).map(
      (_, i) => 255 * view[(i % channels) * plane + Math.floor(i / channels)]!,
    );
    return { size, channels: channels as 1 | 3, pixels: new Uint8Array(pixels.buffer) };
  };
}
