/** What every recipe of views has in common, of images or of series: a size, and steps by name, in order of stages. */
import { lookUp, ValueError } from "../compute/errors.js";
import { type ConfigOf, type OptionTable, resolveOptions } from "../compute/options.js";

/** The part of an augmentation that reading a recipe asks for. */
export interface StepDefinition {
  readonly name: string;
  readonly stage: string;
  readonly options: OptionTable;
  check?(config: ConfigOf<OptionTable>, size: number): void;
}

/** A recipe of any kind of samples, as data. */
export interface RecipeData {
  /** Pixels a side, or time steps. */
  readonly size: number;
  readonly steps: readonly { readonly name: string }[];
}

/** A step as it runs: looked up, with every option filled in. */
export interface ResolvedStepOf<A> {
  readonly augmentation: A;
  readonly config: ConfigOf<OptionTable>;
}

/** What may stand in a recipe of one kind. */
export interface RecipeRules<A> {
  readonly augmentations: Readonly<Record<string, A>>;
  /** Stages in their order; a recipe has exactly one step of the first, at its beginning. */
  readonly stages: readonly string[];
  readonly largestSize: number;
  /** What `size` counts, for messages: "pixels". */
  readonly unit: string;
  /** The order, in words. */
  readonly order: string;
}

/**
 * Look up the steps of a recipe and fill in their options.
 * @throws UnknownNameError for an unknown augmentation or option (with the known ones and the nearest);
 *   ValueError for an option out of bounds or steps that are out of order
 */
export function resolveRecipe<A extends StepDefinition>(
  given: unknown,
  rules: RecipeRules<A>,
): { size: number; steps: readonly ResolvedStepOf<A>[] } {
  const { size, steps } = expectRecord("recipe", given);
  const { largestSize, unit } = rules;
  if (!Number.isInteger(size) || (size as number) < 1 || (size as number) > largestSize) {
    throw new ValueError("parseRecipe", "size", `a whole number of ${unit}, 1 to ${largestSize}`, size);
  }
  if (!Array.isArray(steps)) throw new ValueError("parseRecipe", "steps", "a list of { name, ...options }", steps);
  const resolved = steps.map((step, index) => resolveStep(step, `steps[${index}]`, size as number, rules));
  checkOrder(
    resolved.map(({ augmentation }) => augmentation),
    rules,
  );
  return { size: size as number, steps: resolved };
}

/** Steps as plain data again, every option filled in. */
export function namedSteps<A extends StepDefinition>(steps: readonly ResolvedStepOf<A>[]): readonly object[] {
  return steps.map(({ augmentation, config }) => ({ name: augmentation.name, ...config }));
}

/** @throws ValueError naming the order there should be, and the one there is */
export function wrongOrder(steps: readonly StepDefinition[], expected: string): ValueError {
  const got = steps.map((step) => step.name);
  return new ValueError("parseRecipe", "steps", expected, got);
}

function resolveStep<A extends StepDefinition>(
  given: unknown,
  argument: string,
  size: number,
  { augmentations }: RecipeRules<A>,
): ResolvedStepOf<A> {
  const { name, ...options } = expectRecord(argument, given);
  if (typeof name !== "string") throw new ValueError("parseRecipe", `${argument}.name`, "an augmentation's name", name);
  const augmentation = lookUp<A>("parseRecipe", "augmentation", augmentations, name);
  const config = resolveOptions(name, augmentation.options, options);
  augmentation.check?.(config, size);
  return { augmentation, config };
}

function checkOrder<A extends StepDefinition>(
  steps: readonly A[],
  { augmentations, stages, order }: RecipeRules<A>,
): void {
  const [first] = stages;
  if (steps.filter(({ stage }) => stage === first).length !== 1 || steps[0]?.stage !== first) {
    const crops = Object.values(augmentations).filter((known) => known.stage === first);
    const choices = crops.map((known) => known.name).join(" or ");
    throw wrongOrder(steps, `to start with one crop (${choices}) and have no other`);
  }
  const ranks = steps.map(({ stage }) => stages.indexOf(stage));
  if (ranks.some((rank, i) => i > 0 && rank < ranks[i - 1]!)) throw wrongOrder(steps, order);
}

function expectRecord(argument: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ValueError("parseRecipe", argument, "an object", value);
}
