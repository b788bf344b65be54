/** The views of a batch as inputs of a step. */
import type { ViewBatch } from "../augment/index.js";
import { float32, type HostArray } from "../compute/index.js";
import { requireFiniteImages } from "./finite.js";
import type { Named } from "./training-step.js";

/**
 * @param shapes [B, C, H, W] or [B, C, T] of each view
 * @param paths of the samples of the set
 * @param noun what one is called
 * @throws ValueError naming the view and the image with a value that is not finite
 */
export function viewInputs(
  { views, indices }: ViewBatch,
  shapes: readonly (readonly number[])[],
  paths: readonly string[],
  noun = "image",
): Named<HostArray> {
  for (const [v, view] of views.entries()) {
    const nameOf = (row: number) => `view ${v} of ${noun} ${indices[row]} (${paths[indices[row]!]})`;
    requireFiniteImages("train", view, indices.length, nameOf);
  }
  return Object.fromEntries(views.map((view, v) => [`view${v}`, float32(view, shapes[v]!)]));
}

/** What was done between the views, where somebody acts: [B, V − 1, A]. */
export function actionInputs({ actions }: ViewBatch, shape: readonly number[] | undefined): Named<HostArray> {
  return actions === undefined || shape === undefined ? {} : { taken: float32(actions, shape) };
}
