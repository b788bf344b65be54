/** What is compared with what: a recipe lists methods, encoders and seeds, and every combination is a cell. */
import { lookUp, ValueError } from "../../compute/index.js";
import type { TrainChoices } from "../main-job.js";

/** What a recipe may say of training; the rest is the recipe's own, and the same for all cells. */
export type CellChoices = Partial<
  Omit<
    TrainChoices,
    "data" | "labels" | "holdOut" | "holdOutSeed" | "seed" | "epochs" | "steps" | "minutes" | "threads" | "out"
  >
>;

export interface MethodChoices extends CellChoices {
  /** What differs on one encoder, by its name in the recipe: a learning rate, say. */
  readonly on?: Readonly<Record<string, CellChoices>>;
}

/**
 * How long a cell trains. Steps may differ by encoder, where one costs more than another. Minutes of processor time are turned into steps once for each method on each encoder, so that
 * all seeds of it make the same updates.
 */
export type CompareBudget =
  | { readonly steps: number | Readonly<Record<string, number>> }
  | { readonly epochs: number }
  | { readonly cpuMinutes: number };

export interface CompareRecipe {
  /** Names the folder and the files: letters, digits, "-", "_" and ".". */
  readonly name: string;
  /** Heading of the tables. */
  readonly title: string;
  /** What a reader must know about the data and the settings, a sentence each. */
  readonly notes?: readonly string[];
  /** Folder, archive or data set. */
  readonly data: string;
  /** CSV with the columns file and label; only evaluation sees them. */
  readonly labels?: string;
  /** Images set aside for evaluation, the same ones for every cell: a fraction, or a count. */
  readonly holdOut: number;
  /** Decides which; default 0. Not among the seeds of the cells. */
  readonly holdOutSeed?: number;
  /** By the names they have in the tables; `encoder` is that name unless given. */
  readonly encoders: Readonly<Record<string, CellChoices>>;
  /** By the names they have in the tables; `objective` is that name unless given. */
  readonly methods: Readonly<Record<string, MethodChoices>>;
  /** For all cells; what an encoder, a method, and a method on an encoder say comes after, in this order. */
  readonly training?: CellChoices;
  /** Each decides start, batches and views of a cell. */
  readonly seeds: readonly number[];
  readonly budget: CompareBudget;
  /** Threads of a cell: part of its outcome, since sums are split by thread. Default: cores / jobs at the first start. */
  readonly threads?: number;
  readonly evaluation?: CompareEvaluation;
}

export interface CompareEvaluation {
  /** Which grouping of the data is the label; default "labels". */
  readonly grouping?: string;
  /** Let the probes learn from at most so many labels; default all. */
  readonly numLabels?: number;
  readonly seed?: number;
}

/** One combination. */
export interface Cell {
  /** Its folder: "simclr-vit-seed0". */
  readonly name: string;
  readonly method: string;
  readonly encoder: string;
  readonly seed: number;
}

const RECIPE_KEYS: Readonly<Record<keyof CompareRecipe, true>> = {
  name: true,
  title: true,
  notes: true,
  data: true,
  labels: true,
  holdOut: true,
  holdOutSeed: true,
  encoders: true,
  methods: true,
  training: true,
  seeds: true,
  budget: true,
  threads: true,
  evaluation: true,
};
const BUDGET_KEYS = { steps: true, epochs: true, cpuMinutes: true } as const;
const EVALUATION_KEYS: Readonly<Record<keyof CompareEvaluation, true>> = {
  grouping: true,
  numLabels: true,
  seed: true,
};

/**
 * The content of a recipe file, checked. Choices within it are checked when they meet the data.
 * @throws UnknownNameError for a key that is none, with the nearest; ValueError for a value that cannot be
 */
export function parseRecipeOfComparison(given: unknown): CompareRecipe {
  const recipe = requireRecord("recipe", given);
  for (const key of Object.keys(recipe)) lookUp("compare", "key of the recipe", RECIPE_KEYS, key);
  for (const key of ["name", "title", "data"] as const) {
    if (typeof recipe[key] !== "string" || recipe[key] === "") throw invalid(key, "a text", recipe[key]);
  }
  if (recipe.labels !== undefined && typeof recipe.labels !== "string")
    throw invalid("labels", "a text", recipe.labels);
  requireFileName("name", recipe.name as string);
  if (!(typeof recipe.holdOut === "number" && recipe.holdOut > 0)) {
    throw invalid(
      "holdOut",
      "a fraction under 1 or a count of images",
      recipe.holdOut,
      "They are what cells are asked about.",
    );
  }
  for (const key of ["encoders", "methods"] as const) requireNamedChoices(key, recipe[key]);
  requireOverrides(recipe as unknown as CompareRecipe);
  if (recipe.training !== undefined) requireRecord("training", recipe.training);
  requireSeeds(recipe.seeds);
  requireBudget(recipe.budget, Object.keys(recipe.encoders as object));
  const evaluation = requireRecord("evaluation", recipe.evaluation ?? {});
  for (const key of Object.keys(evaluation)) lookUp("compare", "key of evaluation", EVALUATION_KEYS, key);
  if (recipe.threads !== undefined) requireCount("threads", recipe.threads);
  return recipe as unknown as CompareRecipe;
}

/** Every combination, seed by seed: what is stopped early then has all methods, with fewer seeds. */
export function cellsOf({ seeds, encoders, methods }: CompareRecipe): Cell[] {
  return seeds.flatMap((seed) =>
    Object.keys(encoders).flatMap((encoder) =>
      Object.keys(methods).map((method) => ({ name: `${method}-${encoder}-seed${seed}`, method, encoder, seed })),
    ),
  );
}

/** "simclr on vit": what all seeds of a method on an encoder are called together. */
export function pairName({ method, encoder }: Pick<Cell, "method" | "encoder">): string {
  return `${method} on ${encoder}`;
}

/** How long the cells of an encoder train, as a choice of training; nothing where minutes have to be measured first. */
export function lengthOn(encoder: string, { budget }: CompareRecipe): Pick<TrainChoices, "steps" | "epochs"> {
  if ("cpuMinutes" in budget) return {};
  if ("epochs" in budget) return budget;
  return { steps: typeof budget.steps === "number" ? budget.steps : budget.steps[encoder]! };
}

/** The choices of a cell, but for its length. */
export function choicesOfCell(recipe: CompareRecipe, { method, encoder, seed }: Cell): TrainChoices {
  const { on = {}, ...ofMethod } = recipe.methods[method]!;
  const { data, labels, holdOut, holdOutSeed = 0 } = recipe;
  return {
    ...[
      recipe.training ?? {},
      { encoder, ...recipe.encoders[encoder] },
      { objective: method, ...ofMethod },
      on[encoder] ?? {},
    ].reduce(mergeChoices),
    ...{ data, holdOut, holdOutSeed, seed },
    ...(labels !== undefined && { labels }),
  };
}

/** Later choices come first; options are merged key by key. */
function mergeChoices(base: CellChoices, over: CellChoices): CellChoices {
  const merged: Record<string, unknown> = { ...base, ...over };
  for (const key of ["objectiveOptions", "encoderOptions", "projector"] as const) {
    if (base[key] !== undefined && over[key] !== undefined) merged[key] = { ...base[key], ...over[key] };
  }
  return merged;
}

function requireNamedChoices(argument: string, given: unknown): void {
  const named = requireRecord(argument, given);
  if (Object.keys(named).length === 0) throw invalid(argument, "at least one, by name", given);
  for (const [name, choices] of Object.entries(named)) {
    requireFileName(argument, name);
    requireRecord(`${argument}.${name}`, choices);
  }
}

/** A method may say something of encoders that are in the recipe. */
function requireOverrides({ methods, encoders }: CompareRecipe): void {
  for (const [method, { on = {} }] of Object.entries(methods)) {
    for (const [encoder, choices] of Object.entries(requireRecord(`methods.${method}.on`, on))) {
      lookUp("compare", "encoder of the recipe", encoders, encoder);
      requireRecord(`methods.${method}.on.${encoder}`, choices);
    }
  }
}

function requireSeeds(seeds: unknown): void {
  const isList = Array.isArray(seeds) && seeds.length > 0 && seeds.every((seed) => Number.isInteger(seed) && seed >= 0);
  if (isList && new Set(seeds).size === seeds.length) return;
  throw invalid("seeds", "a list of different whole numbers, such as [0, 1, 2]", seeds);
}

function requireBudget(given: unknown, encoders: readonly string[]): void {
  const budget = requireRecord("budget", given);
  for (const key of Object.keys(budget)) lookUp("compare", "budget", BUDGET_KEYS, key);
  const [length, ...more] = Object.entries(budget);
  if (length === undefined || more.length > 0) throw invalid("budget", "one of steps, epochs and cpuMinutes", budget);
  const [key, value] = length;
  if (key === "steps") {
    requireSteps(value, encoders);
    return;
  }
  if (!(typeof value === "number" && value > 0 && Number.isFinite(value))) {
    throw invalid(`budget.${key}`, "a number above 0", value);
  }
}

/** One number for all cells, or one for each encoder of the recipe. */
function requireSteps(steps: unknown, encoders: readonly string[]): void {
  if (typeof steps !== "object" || steps === null) {
    requireCount("budget.steps", steps);
    return;
  }
  const byEncoder = requireRecord("budget.steps", steps);
  for (const name of Object.keys(byEncoder)) {
    lookUp("compare", "encoder of the recipe", Object.fromEntries(encoders.map((encoder) => [encoder, true])), name);
  }
  for (const encoder of encoders) requireCount(`budget.steps.${encoder}`, byEncoder[encoder]);
}

function requireCount(argument: string, value: unknown): void {
  if (!(Number.isInteger(value) && (value as number) >= 1))
    throw invalid(argument, "a whole number, at least 1", value);
}

function requireFileName(argument: string, name: string): void {
  if (!/^[\w.-]+$/.test(name)) throw invalid(argument, "of letters, digits, -, _ and . (it names a folder)", name);
}

function requireRecord(argument: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid(argument, "an object", value);
}

function invalid(argument: string, expected: string, got: unknown, hint = ""): ValueError {
  return new ValueError("compare", argument, expected, got, hint);
}
