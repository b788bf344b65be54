/** How a view of a series is made, as data: its length and its steps, by name and strength; plain JSON, as for images. */
import { lookUp, ValueError } from "../../compute/errors.js";
import type { ConfigOf } from "../../compute/options.js";
import { namedSteps, type RecipeRules, type ResolvedStepOf, resolveRecipe } from "../recipe-steps.js";
import { type SeriesAugmentationName, seriesAugmentations } from "./augmentations/catalog.js";
import { SERIES_STAGES, type SeriesAugmentation } from "./series-augmentation.js";

/** One step: the name of an augmentation and any of its options. */
export type SeriesStep = {
  [Name in SeriesAugmentationName]: { readonly name: Name } & Partial<ConfigOf<OptionsOf<Name>>>;
}[SeriesAugmentationName];

type OptionsOf<Name extends SeriesAugmentationName> = (typeof seriesAugmentations)[Name]["options"];

export interface SeriesRecipe {
  /** Time steps of the view. */
  readonly size: number;
  /** In order: one framing step, then changes of the signal. */
  readonly steps: readonly SeriesStep[];
}

const RULES: RecipeRules<SeriesAugmentation> = {
  augmentations: seriesAugmentations,
  stages: SERIES_STAGES,
  largestSize: 65_536,
  unit: "time steps",
  order: "in order: the crop in time, then changes of the signal",
};

/**
 * Check a recipe from a config file and fill in the defaults.
 * @throws UnknownNameError for an unknown augmentation or option (with the known ones and the nearest);
 *   ValueError for an option out of bounds or steps that are out of order
 */
export function parseSeriesRecipe(given: unknown): SeriesRecipe {
  const { size, steps } = resolveSeriesSteps(given);
  return { size, steps: namedSteps(steps) as readonly SeriesStep[] };
}

/** The same check, giving the steps ready to run. */
export function resolveSeriesSteps(given: unknown): {
  size: number;
  steps: readonly ResolvedStepOf<SeriesAugmentation>[];
} {
  return resolveRecipe(given, RULES);
}

/** The steps of a preset, at a strength. */
type SeriesPreset = { readonly summary: string; steps(strength: number): readonly SeriesStep[] };

export const seriesPresets = {
  /** Weak and general: nothing that would erase tempo, order or channels. */
  window: {
    summary: "windows of a series: crop in time, scaling, noise, hidden spans",
    steps: (strength) => [
      { name: "timeCrop", shareMin: Math.max(0.1, 1 - 0.25 * strength) },
      { name: "channelScale", std: 0.2 * strength },
      { name: "jitter", std: 0.1 * strength },
      { name: "timeMask", share: Math.min(0.9, 0.25 * strength) },
    ],
  },
  /** SCARF corrupts one view and leaves the other; here both are corrupted by half as much, so that they stay alike. */
  row: {
    summary: "rows of a table: some columns from other rows, a little noise",
    steps: (strength) => [
      { name: "wholeWindow" },
      { name: "channelCorruption", rate: Math.min(0.9, 0.3 * strength) },
      { name: "jitter", std: 0.05 * strength },
    ],
  },
  none: { summary: "the window as it is, as evaluation sees it", steps: () => [{ name: "wholeWindow" }] },
} satisfies Record<string, SeriesPreset>;

export type SeriesPresetName = keyof typeof seriesPresets;

/**
 * The recipe of a preset for a length.
 * @param strength 1 (default) as described, 0 hardly any change, 2 twice as much
 * @throws UnknownNameError for an unknown preset; ValueError for a strength outside 0..4 or a bad length
 */
export function seriesRecipeFor(
  preset: string,
  { size, strength = 1 }: { readonly size: number; readonly strength?: number },
): SeriesRecipe {
  if (!(strength >= 0 && strength <= 4)) throw new ValueError("seriesRecipeFor", "strength", "from 0 to 4", strength);
  const { steps } = lookUp<SeriesPreset>("seriesRecipeFor", "preset", seriesPresets, preset);
  return parseSeriesRecipe({ size, steps: steps(strength) });
}
