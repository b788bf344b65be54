/** The augmentations of series by name, as recipes, the command line and the conformance suite look them up. */
import type { SeriesAugmentation } from "../series-augmentation.js";
import * as exported from "./index.js";

export const seriesAugmentations = exported satisfies Record<string, SeriesAugmentation>;

export type SeriesAugmentationName = keyof typeof seriesAugmentations;
