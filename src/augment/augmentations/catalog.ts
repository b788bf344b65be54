/** The augmentations by name, as recipes, the command line and the conformance suite look them up. */
import type { Augmentation } from "../augmentation.js";
import * as exported from "./index.js";

export const augmentations = exported satisfies Record<string, Augmentation>;

export type AugmentationName = keyof typeof augmentations;
