/** Views of clips for the training step: the observations of a clip, one a view, and what was done between them. */
import { ValueError } from "../../compute/errors.js";
import { batchIndices, type ClipReader } from "../../data/index.js";
import { AheadLoader } from "../ahead-loader.js";
import type { RecipeData } from "../recipe-steps.js";
import type { ViewBatch, ViewLoader } from "../view-batch.js";
import { frameOf } from "./frame-recipe.js";

export interface ClipLoaderOptions {
  readonly set: ClipReader;
  /** One an observation, in the order of time. */
  readonly recipes: readonly RecipeData[];
  readonly batchSize: number;
  readonly seed: number;
}

/**
 * Start reading clips. What a step gets is a function of (seed, step) alone.
 * @throws ValueError if a recipe asks for another size than the pictures have, or for an observation outside a clip, or
 *   the batch is larger than the set
 */
export function createClipLoader({ set, recipes, batchSize, seed }: ClipLoaderOptions): ViewLoader {
  const { clipLength } = set.settings;
  const frames = recipes.map((recipe) => requireFrame(recipe, set));
  const length = set.shape.reduce((size, dim) => size * dim, 1);
  const stepLength = (clipLength - 1) * set.actionDim;
  const clip = new Float32Array(clipLength * length);
  const indicesAt = (step: number) => batchIndices({ numImages: set.numImages, batchSize, seed, step });
  indicesAt(0); // a batch larger than the set is refused now
  const make = (step: number): ViewBatch => {
    const indices = indicesAt(step);
    const views = frames.map(() => new Float32Array(batchSize * length));
    const actions = new Float32Array(batchSize * stepLength);
    for (const [row, index] of indices.entries()) {
      set.readObservations(index, { first: 0, count: clipLength }, clip);
      for (const [v, frame] of frames.entries()) {
        views[v]!.set(clip.subarray(frame * length, (frame + 1) * length), row * length);
      }
      set.readActions(index, actions, row * stepLength);
    }
    return { views, indices, ...(set.actionDim > 0 && { actions }) };
  };
  const shapes = frames.map(() => [batchSize, ...set.shape]);
  const actionShape = set.actionDim > 0 ? [batchSize, clipLength - 1, set.actionDim] : undefined;
  return new AheadLoader(shapes, make, actionShape);
}

/**
 * The observation that a recipe names, if a set has it.
 * @throws ValueError
 */
export function requireFrame(recipe: RecipeData, { shape, settings: { clipLength } }: ClipReader): number {
  const [frame, side] = [frameOf(recipe), shape.at(-1)!];
  if (recipe.size !== side) {
    const hint = "Pictures of a world are not resized: make the data anew in another size.";
    throw new ValueError("createClipLoader", "size", `${side}, as the observations are`, recipe.size, hint);
  }
  if (frame >= clipLength) {
    throw new ValueError("createClipLoader", "frame", `below the ${clipLength} observations of a clip`, frame);
  }
  return frame;
}
