/** The recipes of published methods, fitted to the size of the view. */
import { lookUp, ValueError } from "../compute/errors.js";
import { type ChannelStatistics, defaultStatistics } from "./augmentations/normalise.js";
import { parseRecipe, type RecipeStep, type ViewRecipe } from "./recipe.js";

export interface PresetOptions {
  /** Side of the view, in pixels. */
  readonly size: number;
  /**
   * 1 (default) is the method as published for this size, 0 leaves only the flip, 2 is twice as strong: the amounts of
   * colour change, the probabilities of grayscale, blur and solarize, and the area that crops may take away.
   */
  readonly strength?: number;
  /** What `normalise` uses; default mean 0.5, deviation 0.25. */
  readonly statistics?: ChannelStatistics;
}

export interface Preset {
  readonly summary: string;
  /** Everything between 0..1 and `normalise`, at a strength. */
  steps(size: number, strength: number): readonly RecipeStep[];
}

/** Below this size blur destroys what little there is to see, and published recipes leave it out. */
const SMALLEST_BLURRED_SIZE = 64;

export const presets = {
  /**
   * Chen et al. 2020, arXiv:2002.05709, appendix A and B.9: jitter (0.8, 0.8, 0.8, 0.2) · s with s = 1, and for
   * CIFAR-10 s = 0.5 without blur.
   */
  simclr: {
    summary: "SimCLR: wide crops, strong colour jitter, grayscale, blur from 64 px",
    steps: (size, strength) => [
      crop(0.08, 1, strength),
      { name: "horizontalFlip" },
      jitter(0.8, 0.8, 0.8, 0.2, size < SMALLEST_BLURRED_SIZE ? strength / 2 : strength),
      { name: "grayscale", probability: share(0.2 * strength) },
      ...blur(size, 0.5 * strength),
    ],
  },
  /**
   * Bardes et al. 2022, arXiv:2105.04906, appendix C.1, symmetric; below 64 px the crops of facebookresearch/eb_jepa
   * on CIFAR-10 (from 0.2 of the area) and no blur.
   */
  vicreg: {
    summary: "VICReg: crops, moderate colour jitter, grayscale, solarize, blur from 64 px",
    steps: (size, strength) => [
      crop(size < SMALLEST_BLURRED_SIZE ? 0.2 : 0.08, 1, strength),
      { name: "horizontalFlip" },
      jitter(0.4, 0.4, 0.2, 0.1, strength),
      { name: "grayscale", probability: share(0.2 * strength) },
      ...blur(size, 0.5 * strength),
      { name: "solarize", probability: share(0.1 * strength) },
    ],
  },
  /** The large crops of multi-crop training (Caron et al. 2021, DINO) with the areas of LeJEPA, arXiv:2511.08544. */
  lejepaGlobal: {
    summary: "LeJEPA global view: at least 0.3 of the image",
    steps: (size, strength) => multiCrop(crop(0.3, 1, strength), size, strength),
  },
  /** The small crops; give them 0.4 to 0.5 of the global size. Their area is their point, so strength leaves it. */
  lejepaLocal: {
    summary: "LeJEPA local view: 0.05 to 0.3 of the image",
    steps: (size, strength) => multiCrop(crop(0.05, 0.3, 1), size, strength),
  },
  none: {
    summary: "the whole image, resized, as evaluation sees it",
    steps: () => [{ name: "centreCrop" }],
  },
} satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

/**
 * The recipe of a preset for a size: normalised views with what suits this size (no blur below 64 px, kernels of a
 * tenth of the side above).
 * @throws UnknownNameError for an unknown preset; ValueError for a strength outside 0..4 or a bad size
 */
export function recipeFor(preset: string, { size, strength = 1, statistics }: PresetOptions): ViewRecipe {
  if (!(strength >= 0 && strength <= 4)) throw new ValueError("recipeFor", "strength", "from 0 to 4", strength);
  const { steps } = lookUp<Preset>("recipeFor", "preset", presets, preset);
  const finish = { name: "normalise" as const, ...(statistics ?? defaultStatistics) };
  return parseRecipe({ size, steps: [...steps(size, strength), finish] });
}

/** What evaluation sees for an encoder trained on `recipe`: the whole image, of the same size, normalised alike. */
export function plainRecipeLike(recipe: ViewRecipe): ViewRecipe {
  const finish = recipe.steps.filter((step) => step.name === "normalise");
  return parseRecipe({ size: recipe.size, steps: [{ name: "centreCrop" }, ...finish] });
}

function multiCrop(framing: RecipeStep, size: number, strength: number): readonly RecipeStep[] {
  return [
    framing,
    { name: "horizontalFlip" },
    jitter(0.4, 0.4, 0.2, 0.1, strength),
    { name: "grayscale", probability: share(0.2 * strength) },
    ...blur(size, 0.5 * strength),
    { name: "solarize", probability: share(0.2 * strength) },
  ];
}

/** At strength 0 a crop keeps everything; above 1 it may keep less than published, but never under 0.02. */
function crop(scaleMin: number, scaleMax: number, strength: number): RecipeStep {
  const weakened = scaleMin + (1 - strength) * (1 - scaleMin);
  return { name: "randomResizedCrop", scaleMin: Math.max(0.02, weakened), scaleMax };
}

function jitter(brightness: number, contrast: number, saturation: number, hue: number, strength: number): RecipeStep {
  return {
    name: "colourJitter",
    brightness: brightness * strength,
    contrast: contrast * strength,
    saturation: saturation * strength,
    hue: Math.min(0.5, hue * strength),
    probability: 0.8,
  };
}

/** A kernel of a tenth of the side, odd, as SimCLR has it. */
function blur(size: number, probability: number): readonly RecipeStep[] {
  if (size < SMALLEST_BLURRED_SIZE) return [];
  return [{ name: "gaussianBlur", kernelSize: 2 * Math.floor(size / 20) + 1, probability: share(probability) }];
}

function share(value: number): number {
  return Math.min(1, value);
}
