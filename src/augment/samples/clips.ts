/** Clips of episodes: a view is one observation, and all observations of a clip in the order of time are its views. */
import { float32 } from "../../compute/host-array.js";
import { type ClipReader, type ClipSet, requireTrainableClips, selectClips, splitClips } from "../../data/index.js";
import { createClipLoader, requireFrame } from "../clips/clip-loader.js";
import { frameOf, frameRecipes, parseFrameRecipe } from "../clips/frame-recipe.js";
import { drawWindow, WINDOW_PICTURE_SIZE } from "../series/draw-window.js";
import type { Picture, SampleKind } from "./sample-kind.js";

export const clips: SampleKind<ClipSet, ClipReader> = {
  name: "clips",
  noun: () => "clip",
  isIndependent: false,
  shapeOf: (channels, size) => (size === 1 ? [channels, 1] : [channels, size, size]),
  parseRecipe: parseFrameRecipe,
  plainRecipeLike: ({ size }) => ({ size, frame: 0, steps: [] }),
  // Published views of images say nothing about time: every observation is one.
  viewsFor: (presets, { size, clipLength = presets.length }) => frameRecipes(clipLength, size),
  createViewMaker(recipe, set) {
    const frame = requireFrame(recipe, set);
    return {
      shape: set.shape,
      length: set.shape.reduce((size, dim) => size * dim, 1),
      make: (clip, _key, into, offset) => set.readObservations(clip, { first: frame, count: 1 }, into, offset),
    };
  },
  createLoader: createClipLoader,
  actionsOf({ actionDim, settings: { clipLength }, ...set }, clips) {
    if (actionDim === 0) return {};
    const length = (clipLength - 1) * actionDim;
    const taken = new Float32Array(clips.length * length);
    for (let row = 0; row < clips.length; row++) set.readActions(clips[row]!, taken, row * length);
    return { taken: float32(taken, [clips.length, clipLength - 1, actionDim]) };
  },
  pictureOf(set, clip) {
    const values = new Float32Array(set.shape.reduce((size, dim) => size * dim, 1));
    set.readObservations(clip, { first: 0, count: 1 }, values);
    return pictureOf(values, set.channels);
  },
  forPeople: (recipe) => ({ recipe: { ...recipe, frame: frameOf(recipe) } as typeof recipe, draw: pictureOf }),
  sizeText: (size) => (size === 1 ? "vectors" : `${size} px`),
  describe: ({ settings, standardisation, numImages, episodes: { name, description } }) => ({
    ...{ settings, standardisation, numImages, name, description },
  }),
  bytesOf: (set, clip) => set.readRaw(clip, { first: 0, count: set.settings.clipLength }),
  requireTrainable: requireTrainableClips,
  select: selectClips,
  split: splitClips,
};

/**
 * Standardised values for people: each channel from its darkest to its brightest. One channel is grey, two are drawn in
 * red and blue (a dot and walls, say), vectors as bars.
 */
function pictureOf(values: Float32Array, channels: number): Picture {
  const places = values.length / channels;
  if (places === 1) return { size: WINDOW_PICTURE_SIZE, channels: 3, pixels: drawWindow(values, channels) };
  const size = Math.sqrt(places);
  const levels = Array.from({ length: channels }, (_, c) => levelsOf(values.subarray(c * places, (c + 1) * places)));
  if (channels === 1) return { size, channels: 1, pixels: levels[0]! };
  const pixels = new Uint8Array(places * 3);
  const shown = channels === 2 ? [levels[0]!, undefined, levels[1]!] : levels;
  for (let c = 0; c < 3; c++) {
    for (let place = 0; place < places; place++) pixels[place * 3 + c] = shown[c]?.[place] ?? 0;
  }
  return { size, channels: 3, pixels };
}

function levelsOf(values: Float32Array): Uint8Array {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const factor = most > least ? 255 / (most - least) : 0;
  return Uint8Array.from(values, (value) => (value - least) * factor);
}
