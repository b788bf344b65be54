/**
 * How a view is made, as data: its size and its steps, by name and strength. A recipe is plain JSON, so it lives in a
 * config file and in the run folder, and travels to worker threads as it is.
 */
import { UnknownNameError } from "../compute/errors.js";
import type { ConfigOf } from "../compute/options.js";
import { type Augmentation, STAGES } from "./augmentation.js";
import { type AugmentationName, augmentations } from "./augmentations/catalog.js";
import { namedSteps, type RecipeRules, type ResolvedStepOf, resolveRecipe, wrongOrder } from "./recipe-steps.js";

/** One step: the name of an augmentation and any of its options. */
export type RecipeStep = {
  [Name in AugmentationName]: { readonly name: Name } & Partial<ConfigOf<OptionsOf<Name>>>;
}[AugmentationName];

type OptionsOf<Name extends AugmentationName> = (typeof augmentations)[Name]["options"];

export interface ViewRecipe {
  /** Side of the view, in pixels. */
  readonly size: number;
  /** In order: one framing step (a crop), then picture steps, then at most one finishing step (normalise). */
  readonly steps: readonly RecipeStep[];
}

/** A step as it runs: looked up, with every option filled in. */
export type ResolvedStep = ResolvedStepOf<Augmentation>;

const RULES: RecipeRules<Augmentation> = {
  augmentations,
  stages: STAGES,
  largestSize: 1024,
  unit: "pixels",
  order: "in order: the crop, then changes of the picture, then normalise",
};

/**
 * Check a recipe from a config file and fill in the defaults.
 * @throws UnknownNameError for an unknown augmentation or option (with the known ones and the nearest);
 *   ValueError for an option out of bounds or steps that are out of order
 */
export function parseRecipe(given: unknown): ViewRecipe {
  const { size, steps } = resolveSteps(given);
  return { size, steps: namedSteps(steps) as readonly RecipeStep[] };
}

/** The same check, giving the steps ready to run. */
export function resolveSteps(given: unknown): { size: number; steps: readonly ResolvedStep[] } {
  const resolved = resolveRecipe(given, RULES);
  const augmentationsInOrder = resolved.steps.map(({ augmentation }) => augmentation);
  if (augmentationsInOrder.filter(({ stage }) => stage === "finish").length > 1) {
    throw wrongOrder(augmentationsInOrder, "normalised only once");
  }
  return resolved;
}

/**
 * The same recipe with some options of one step changed.
 * @throws UnknownNameError if the recipe has no such step
 * @example withStep(recipeFor("simclr", { size: 32 }), "randomResizedCrop", { scaleMin: 0.2 })
 */
export function withStep<Name extends AugmentationName>(
  recipe: ViewRecipe,
  name: Name,
  changes: Partial<ConfigOf<OptionsOf<Name>>>,
): ViewRecipe {
  const names = recipe.steps.map((step) => step.name);
  if (!names.includes(name)) throw new UnknownNameError("withStep", "step", name, names);
  const steps = recipe.steps.map((step) => (step.name === name ? { ...step, ...changes } : step));
  return parseRecipe({ ...recipe, steps });
}

/** The same recipe without its finishing step: the same views, still in 0..1, for people to look at. */
export function withoutFinish(recipe: ViewRecipe): ViewRecipe {
  return { ...recipe, steps: recipe.steps.filter((step) => augmentations[step.name].stage !== "finish") };
}
