/**
 * What depends on what a sample is, an image, a window of a series or a clip of an episode: making views of it, telling sets apart, setting
 * some aside. One file a kind, one line in `index.ts`; everything above reads this and never asks for a kind's name.
 */
import type { HostArray } from "../../compute/host-array.js";
import type { Key } from "../../compute/random.js";
import type { ClipReader, PixelReader, SampleKindName, Samples, WindowReader } from "../../data/index.js";
import type { FrameRecipe } from "../clips/frame-recipe.js";
import type { PresetName } from "../presets.js";
import type { ViewRecipe } from "../recipe.js";
import type { RecipeData } from "../recipe-steps.js";
import type { SeriesRecipe } from "../series/series-recipe.js";
import type { ViewLoader } from "../view-batch.js";

/** How a view is made, of whatever kind. */
export type SampleRecipe = ViewRecipe | SeriesRecipe | FrameRecipe;

/** Samples by number: what making views needs of a set. */
export type SampleReader = PixelReader | WindowReader | ClipReader;

/** Makes views of one recipe from the samples of one set. Not for two threads at once. */
export interface SampleViewMaker {
  /** Shape of every view: [C, H, W] or [C, T], or [C, 1] of vectors. */
  readonly shape: readonly number[];
  readonly length: number;
  /** Write the view of a sample that belongs to `key` into `into`, at `offset`. */
  make(sample: number, key: Key, into: Float32Array, offset?: number): void;
}

export interface ViewOptions {
  /** Of the global views. */
  readonly size: number;
  readonly strength: number;
  /** Of clips: one view an observation. */
  readonly clipLength?: number;
}

export interface LoaderOptions<S> {
  readonly set: S;
  /** One a view. */
  readonly recipes: readonly RecipeData[];
  readonly batchSize: number;
  readonly seed: number;
}

/** A picture for people: uint8 [size, size, C], row after row of interleaved channels. */
export interface Picture {
  readonly size: number;
  readonly channels: 1 | 3;
  readonly pixels: Uint8Array;
}

export interface SampleSplit<S extends Samples = Samples> {
  readonly kept: S;
  readonly heldOut: S;
}

export interface SampleKind<S extends Samples = Samples, R extends SampleReader = SampleReader> {
  readonly name: SampleKindName;
  /** What one of this size is called, for messages. */
  noun(size: number): string;
  /** Whether samples know nothing of each other, so that any of them may be asked about; else only what `split` sets aside. */
  readonly isIndependent: boolean;
  /** Shape of one sample (or of one observation of it) as an encoder sees it: [C, size, size] or [C, size]. */
  shapeOf(channels: number, size: number): readonly number[];
  /** @throws UnknownNameError or ValueError for what is no recipe of this kind */
  parseRecipe(given: unknown): SampleRecipe;
  /** What evaluation sees for an encoder trained on a recipe: everything, unchanged. */
  plainRecipeLike(recipe: RecipeData): SampleRecipe;
  /** The views that stand for the presets an objective is usually trained with. */
  viewsFor(presets: readonly PresetName[], options: ViewOptions): SampleRecipe[];
  createViewMaker(recipe: RecipeData, set: R): SampleViewMaker;
  createLoader(options: LoaderOptions<S>): ViewLoader;
  /** Of samples in which somebody acts: what was done between the views, by name, one row a sample. */
  actionsOf?(set: R, samples: ArrayLike<number>): Readonly<Record<string, HostArray>>;
  /** A sample as it is, for people. */
  pictureOf(set: S, sample: number): Picture;
  /** What views of a recipe look like before what is for encoders alone, such as normalisation: how to make and draw them. */
  forPeople(recipe: RecipeData): {
    readonly recipe: RecipeData;
    readonly draw: (view: Float32Array, channels: number) => Picture;
  };
  /** The size of a view in words: "32 px", "64 steps". */
  sizeText(size: number): string;
  /** What tells a set from others, as plain data; `bytesOf` has the samples themselves. */
  describe(set: S): object;
  bytesOf(set: S, sample: number): Uint8Array;
  /** @throws ValueError for a set that nothing can be learnt from */
  requireTrainable(set: S): void;
  /** Some samples, in the given order. */
  select(set: S, indices: ArrayLike<number>): S;
  /** Set samples aside by the seed, so that what is left does not tell about them. */
  split(set: S, options: { readonly heldOut: number; readonly seed: number }): SampleSplit<S>;
}
