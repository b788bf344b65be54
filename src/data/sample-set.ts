/** What every set has that an encoder can learn from, whatever one sample of it is: an image, a window of a series. */
import type { Groupings, SkippedFile } from "./image-set.js";

/**
 * What samples are: images [C, H, W], windows of a series [C, T] (rows of a table have T = 1), or clips of episodes, of
 * which each observation is an image [C, H, W] or a vector [C, 1].
 */
export type SampleKindName = "images" | "series" | "clips";

export interface SampleSet extends Groupings {
  /** Images if absent. */
  readonly kind?: SampleKindName;
  readonly name: string;
  /** Number of samples. */
  readonly numImages: number;
  readonly channels: number;
  /** What each sample is called: the path of an image, the rows of a window. */
  readonly paths: readonly string[];
  /** In a part of a set: which samples of the whole it shows. */
  readonly indices?: Uint32Array;
  readonly skipped: readonly SkippedFile[];
  readonly warnings: readonly string[];
  close(): void;
}
