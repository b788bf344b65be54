/**
 * What an augmentation of a series is, and the window it changes. One file in `augmentations/`, as for images: a name, a
 * table of options and `apply`, which changes a `SeriesView` in place and draws only from the stream it is given.
 */
import type { ConfigOf, OptionTable } from "../../compute/options.js";
import type { Random } from "../../compute/random.js";

/** A recipe is one framing step, then any number of changes of the signal. */
export const SERIES_STAGES = ["frame", "signal"] as const;

/** `frame` fills the view from the window; `signal` changes values, whose channels have mean 0 and spread 1. */
export type SeriesStage = (typeof SERIES_STAGES)[number];

export interface SeriesAugmentation<T extends OptionTable = OptionTable> {
  readonly name: string;
  /** One line for `--help`, the studio and the docs table. */
  readonly summary: string;
  readonly stage: SeriesStage;
  readonly options: T;
  /** What the option table cannot say: relations between options. */
  check?(config: ConfigOf<T>, size: number): void;
  /** Change `view` in place. Draws come from `random` alone, so the same stream gives the same view. */
  apply(view: SeriesView, random: Random, config: ConfigOf<T>): void;
}

/** Give an augmentation its type without writing its option table twice. */
export function defineSeriesAugmentation<T extends OptionTable>(
  augmentation: SeriesAugmentation<T>,
): SeriesAugmentation<T> {
  return augmentation;
}

/** One window on its way through a recipe: float32 [C, size], standardised. */
export interface SeriesView {
  readonly channels: number;
  /** Time steps of the view. */
  readonly size: number;
  /** The window, [C, sourceSize]; only framing steps read it. */
  readonly source: Float32Array;
  readonly sourceSize: number;
  /** The view, changed in place. */
  readonly data: Float32Array;
  /** One channel of another window of the set, drawn at random, whole and resampled to the view: [size]. */
  drawChannel(random: Random, channel: number): Float32Array;
}
