/** Which observation of a clip a view is, as data. */
import { ValueError } from "../../compute/errors.js";
import type { RecipeData } from "../recipe-steps.js";

/** One observation of a clip as it is: a world is learnt from what it looks like. */
export interface FrameRecipe {
  /** Side of the pictures; 1 for vectors. */
  readonly size: number;
  /** Counted from the first of the clip. */
  readonly frame: number;
  /** Nothing is changed; here for the sake of the other kinds. */
  readonly steps: readonly never[];
}

/** One view an observation, in the order of time. */
export function frameRecipes(clipLength: number, size: number): FrameRecipe[] {
  return Array.from({ length: clipLength }, (_, frame) => ({ size, frame, steps: [] }));
}

/** @throws ValueError for what is no recipe of a frame */
export function parseFrameRecipe(given: unknown): FrameRecipe {
  const { size, frame = 0, steps = [] } = (given ?? {}) as Partial<FrameRecipe>;
  if (!(Number.isInteger(size) && size! >= 1)) {
    throw new ValueError("parseRecipe", "size", "a whole number, at least 1", size);
  }
  if (!(Number.isInteger(frame) && frame >= 0)) {
    throw new ValueError("parseRecipe", "frame", "a whole number, at least 0", frame);
  }
  if (!Array.isArray(steps) || steps.length > 0) {
    throw new ValueError("parseRecipe", "steps", "none: observations of clips are not changed", steps);
  }
  return { size: size!, frame, steps: [] };
}

/** The frame a recipe names; the first where it names none. */
export function frameOf(recipe: RecipeData): number {
  return (recipe as Partial<FrameRecipe>).frame ?? 0;
}
