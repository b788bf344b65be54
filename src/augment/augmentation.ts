/**
 * What an augmentation is, and the picture it changes. An augmentation is one file in `augmentations/`: a name, a table
 * of options and `apply`, which changes a `View` in place and draws only from the stream it is given.
 */
import type { ConfigOf, OptionTable } from "../compute/options.js";
import type { Random } from "../compute/random.js";

/** A recipe is one framing step, then any number of picture steps, then at most one finishing step. */
export const STAGES = ["frame", "picture", "finish"] as const;

/** `frame` fills the view from the cached square; `picture` keeps it in 0..1; `finish` leaves 0..1 for the encoder. */
export type Stage = (typeof STAGES)[number];

export interface Augmentation<T extends OptionTable = OptionTable> {
  readonly name: string;
  /** One line for `--help`, the studio and the docs table. */
  readonly summary: string;
  readonly stage: Stage;
  readonly options: T;
  /** What the option table cannot say: relations between options, or between an option and the size of the view. */
  check?(config: ConfigOf<T>, size: number): void;
  /** Change `view` in place. Draws come from `random` alone, so the same stream gives the same view. */
  apply(view: View, random: Random, config: ConfigOf<T>): void;
}

/** Give an augmentation its type without writing its option table twice. */
export function defineAugmentation<T extends OptionTable>(augmentation: Augmentation<T>): Augmentation<T> {
  return augmentation;
}

/** One picture on its way through a recipe: planar float32 [C, size, size], in 0..1 until a finishing step. */
export interface View {
  /** 1 (gray) or 3 (red, green, blue). */
  readonly channels: number;
  readonly size: number;
  /** The cached square, uint8 [sourceSize, sourceSize, C]; only framing steps read it. */
  source: Uint8Array;
  readonly sourceSize: number;
  /** The picture. Steps that cannot work in place write `scratch` and call `swapBuffers`. */
  data: Float32Array;
  scratch: Float32Array;
  /** Room for the first resampling pass: [size, up to sourceSize, C]. */
  readonly rows: Float64Array;
}

/** Buffers for views of one shape; made once and used for every view. */
export function createView(channels: number, sourceSize: number, size: number): View {
  return {
    channels,
    size,
    source: new Uint8Array(0),
    sourceSize,
    data: new Float32Array(channels * size * size),
    scratch: new Float32Array(channels * size * size),
    rows: new Float64Array(size * sourceSize * channels),
  };
}

/** Make what was written into `scratch` the picture. */
export function swapBuffers(view: View): void {
  const { data, scratch } = view;
  view.data = scratch;
  view.scratch = data;
}
