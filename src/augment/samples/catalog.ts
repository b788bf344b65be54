/** The kinds of samples by name, and the kind of a set or of a run's data. */
import { keyFor } from "../../compute/random.js";
import type { SampleKindName } from "../../data/index.js";
import type { RecipeData } from "../recipe-steps.js";
import * as exported from "./index.js";
import type { SampleKind, SampleReader } from "./sample-kind.js";

export const sampleKinds: Readonly<Record<SampleKindName, SampleKind>> = exported;

/** What samples are, of whatever says its kind; images where nothing is said. */
export function sampleKindOf({ kind = "images" }: { readonly kind?: SampleKindName }): SampleKind {
  return sampleKinds[kind];
}

/**
 * Samples as evaluation sees them: whole, always the same.
 * @param recipe of the run whose encoder shall see them: its size and normalisation count
 * @returns float32 [n, C, H, W] or [n, C, T]
 */
export function plainSamples(set: SampleReader, indices: ArrayLike<number>, recipe: RecipeData): Float32Array {
  const kind = sampleKindOf(set);
  const maker = kind.createViewMaker(kind.plainRecipeLike(recipe), set);
  const views = new Float32Array(indices.length * maker.length);
  const key = keyFor(0, "plain");
  for (let i = 0; i < indices.length; i++) maker.make(indices[i]!, key, views, i * maker.length);
  return views;
}
