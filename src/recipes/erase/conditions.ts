/** Which augmentations are on: all, none, each left out, and on request each alone. */
import { augmentations, parseRecipe, type RecipeStep, recipeFor, type ViewRecipe } from "../../augment/index.js";
import { ValueError } from "../../compute/index.js";

export interface Condition {
  /** "all", "none", "without crop", "only crop". */
  readonly name: string;
  readonly kind: "all" | "none" | "without" | "only";
  /** The step that is left out or alone, in a word. */
  readonly step?: string;
  readonly recipe: ViewRecipe;
}

/** Augmentations in a word. */
const WORDS: Readonly<Record<string, string>> = {
  randomResizedCrop: "crop",
  horizontalFlip: "flip",
  colourJitter: "colour",
  gaussianBlur: "blur",
};

/** The word for an augmentation, its name if there is none. */
export function wordFor(augmentation: string): string {
  return WORDS[augmentation] ?? augmentation;
}

/**
 * Everything at once, each as far as it goes: SimCLR's recipe with hues turned all the way round and any angle of rotation,
 * blur and noise; only crops are milder, so that the object is rarely cut off.
 */
export function fullRecipe(size: number): ViewRecipe {
  const published = recipeFor("simclr", { size }).steps.filter(({ name }) => name !== "gaussianBlur");
  const steps = published.map((step) => {
    if (step.name === "randomResizedCrop") return { ...step, scaleMin: 0.3 };
    return step.name === "colourJitter" ? { ...step, hue: 0.5 } : step;
  });
  const [crop, flip, ...colours] = steps.slice(0, -1);
  const blur = { name: "gaussianBlur", kernelSize: 3, sigmaMin: 0.3, sigmaMax: 1, probability: 0.5 } as const;
  return parseRecipe({
    size,
    steps: [
      crop,
      flip,
      { name: "rotation", degrees: 180 },
      ...colours,
      blur,
      { name: "noise", std: 0.05 },
      steps.at(-1),
    ],
  });
}

/**
 * All conditions of a recipe. Leaving the crop out leaves the whole image; normalisation always stays.
 * @param alone also each augmentation by itself
 * @throws ValueError if an augmentation is there twice, so that its name would not say which
 */
export function conditionsOf(recipe: ViewRecipe, { alone }: { readonly alone: boolean }): readonly Condition[] {
  const names = recipe.steps.filter(isAugmentation).map(({ name }) => name);
  const repeated = names.find((name, i) => names.indexOf(name) < i);
  if (repeated !== undefined) throw new ValueError("erase", "views", "steps of different names", `${repeated} twice`);
  const keeping = (isKept: (name: string) => boolean): ViewRecipe => {
    const steps = recipe.steps.flatMap((step): RecipeStep[] => {
      if (!isAugmentation(step) || isKept(step.name)) return [step];
      return augmentations[step.name].stage === "frame" ? [{ name: "centreCrop" }] : [];
    });
    return parseRecipe({ ...recipe, steps });
  };
  const each = (kind: "without" | "only") =>
    names.map((name): Condition => {
      const step = wordFor(name);
      return {
        name: `${kind} ${step}`,
        kind,
        step,
        recipe: keeping((other) => (other === name) === (kind === "only")),
      };
    });
  return [
    { name: "all", kind: "all", recipe },
    { name: "none", kind: "none", recipe: keeping(() => false) },
    ...each("without"),
    ...(alone ? each("only") : []),
  ];
}

/** A step that changes the picture at random: not the plain crop, not normalisation. */
function isAugmentation({ name }: RecipeStep): boolean {
  return name !== "centreCrop" && augmentations[name].stage !== "finish";
}
