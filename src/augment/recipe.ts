/**
 * How a view is made, as data: its size and its steps, by name and strength. A recipe is plain JSON, so it lives in a
 * config file and in the run folder, and travels to worker threads as it is.
 */
import { lookUp, UnknownNameError, ValueError } from "../compute/errors.js";
import { type ConfigOf, type OptionTable, resolveOptions } from "../compute/options.js";
import { type Augmentation, STAGES } from "./augmentation.js";
import { type AugmentationName, augmentations } from "./augmentations/catalog.js";

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
export interface ResolvedStep {
  readonly augmentation: Augmentation;
  readonly config: ConfigOf<OptionTable>;
}

const LARGEST_SIZE = 1024;

/**
 * Check a recipe from a config file and fill in the defaults.
 * @throws UnknownNameError for an unknown augmentation or option (with the known ones and the nearest);
 *   ValueError for an option out of bounds or steps that are out of order
 */
export function parseRecipe(given: unknown): ViewRecipe {
  const { size, steps } = resolveSteps(given);
  const named = steps.map(({ augmentation, config }) => ({ name: augmentation.name, ...config }));
  return { size, steps: named as readonly object[] as readonly RecipeStep[] };
}

/** The same check, giving the steps ready to run. */
export function resolveSteps(given: unknown): { size: number; steps: readonly ResolvedStep[] } {
  const { size, steps } = expectRecord("recipe", given);
  if (!Number.isInteger(size) || (size as number) < 1 || (size as number) > LARGEST_SIZE) {
    throw new ValueError("parseRecipe", "size", `a whole number of pixels, 1 to ${LARGEST_SIZE}`, size);
  }
  if (!Array.isArray(steps)) throw new ValueError("parseRecipe", "steps", "a list of { name, ...options }", steps);
  const resolved = steps.map((step, index) => resolveStep(step, `steps[${index}]`, size as number));
  checkOrder(resolved.map(({ augmentation }) => augmentation));
  return { size: size as number, steps: resolved };
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

function resolveStep(given: unknown, argument: string, size: number): ResolvedStep {
  const { name, ...options } = expectRecord(argument, given);
  if (typeof name !== "string") throw new ValueError("parseRecipe", `${argument}.name`, "an augmentation's name", name);
  const augmentation: Augmentation = lookUp<Augmentation>("parseRecipe", "augmentation", augmentations, name);
  const config = resolveOptions(name, augmentation.options, options);
  augmentation.check?.(config, size);
  return { augmentation, config };
}

function checkOrder(steps: readonly Augmentation[]): void {
  const framing = steps.filter((step) => step.stage === "frame");
  if (framing.length !== 1 || steps[0]?.stage !== "frame") {
    const crops = Object.values<Augmentation>(augmentations).filter((known) => known.stage === "frame");
    const choices = crops.map((known) => known.name).join(" or ");
    throw wrongOrder(steps, `to start with one crop (${choices}) and have no other`);
  }
  const ranks = steps.map((step) => STAGES.indexOf(step.stage));
  if (ranks.some((rank, i) => i > 0 && rank < ranks[i - 1]!)) {
    throw wrongOrder(steps, "in order: the crop, then changes of the picture, then normalise");
  }
  if (steps.filter((step) => step.stage === "finish").length > 1) {
    throw wrongOrder(steps, "normalised only once");
  }
}

function wrongOrder(steps: readonly Augmentation[], expected: string): ValueError {
  const got = steps.map((step) => step.name);
  return new ValueError("parseRecipe", "steps", expected, got);
}

function expectRecord(argument: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ValueError("parseRecipe", argument, "an object", value);
}
