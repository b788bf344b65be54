/** The recipes of published methods, fitted to the size of the view. */
import { lookUp, ValueError } from "../compute/errors.js";
import { type ChannelStatistics, defaultStatistics } from "./augmentations/normalise.js";
import { parseRecipe, type RecipeStep, type ViewRecipe } from "./recipe.js";
import type { RecipeData } from "./recipe-steps.js";

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
  /** Side of the view as a share of the run's image size; 1 by default. Small crops are small images. */
  readonly sizeShare?: number;
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
  /**
   * Grill et al. 2020, arXiv:2006.07733, appendix B, and Barlow Twins after it: the two views of an image are made
   * differently, the first always blurred and never solarized, the second rarely blurred.
   */
  byolFirst: {
    summary: "BYOL, Barlow Twins, first view: wide crops, colour jitter, grayscale, always blur from 64 px",
    steps: (size, strength) => [crop(0.08, 1, strength), ...asymmetric(size, strength, { blur: 1, solarize: 0 })],
  },
  byolSecond: {
    summary: "BYOL, Barlow Twins, second view: the same with little blur, and solarize",
    steps: (size, strength) => [crop(0.08, 1, strength), ...asymmetric(size, strength, { blur: 0.1, solarize: 0.2 })],
  },
  /** Chen and He 2021, arXiv:2011.10566: the views of MoCo v2; without blur on CIFAR-10 (appendix D). */
  simSiam: {
    summary: "SimSiam: crops from 0.2 of the area, colour jitter, grayscale, blur from 64 px",
    steps: (size, strength) => [
      crop(0.2, 1, strength),
      { name: "horizontalFlip" },
      jitter(0.4, 0.4, 0.4, 0.1, strength),
      { name: "grayscale", probability: share(0.2 * strength) },
      ...blur(size, 0.5 * strength),
    ],
  },
  /** Caron et al. 2021, arXiv:2104.14294: areas of the released vision transformers. */
  dinoGlobalFirst: {
    summary: "DINO, first global view: at least 0.4 of the image, always blur from 64 px",
    steps: (size, strength) => [crop(0.4, 1, strength), ...asymmetric(size, strength, { blur: 1, solarize: 0 })],
  },
  dinoGlobalSecond: {
    summary: "DINO, second global view: the same with little blur, and solarize",
    steps: (size, strength) => [crop(0.4, 1, strength), ...asymmetric(size, strength, { blur: 0.1, solarize: 0.2 })],
  },
  /** Their area is their point, so strength leaves it. */
  dinoLocal: {
    summary: "DINO local view: 0.05 to 0.4 of the image, half the side",
    sizeShare: 0.5,
    steps: (size, strength) => [crop(0.05, 0.4, 1), ...asymmetric(size, strength, { blur: 0.5, solarize: 0 })],
  },
  /** The large crops of multi-crop training (Caron et al. 2021, DINO) with the areas of LeJEPA, arXiv:2511.08544. */
  lejepaGlobal: {
    summary: "LeJEPA global view: at least 0.3 of the image",
    steps: (size, strength) => multiCrop(crop(0.3, 1, strength), size, strength),
  },
  /** The small crops. Their area is their point, so strength leaves it. */
  lejepaLocal: {
    summary: "LeJEPA local view: 0.05 to 0.3 of the image, half the side",
    sizeShare: 0.5,
    steps: (size, strength) => multiCrop(crop(0.05, 0.3, 1), size, strength),
  },
  /** He et al. 2022, arXiv:2111.06377: what is hidden is the augmentation, colours stay. */
  mae: {
    summary: "MAE: crops from 0.2 of the area, flip, no change of colour",
    steps: (_size, strength) => [crop(0.2, 1, strength), { name: "horizontalFlip" }],
  },
  /** Assran et al. 2023, arXiv:2301.08243: the released configs have crops alone, not even the flip. */
  iJepa: {
    summary: "I-JEPA: crops from 0.3 of the area, nothing else",
    steps: (_size, strength) => [crop(0.3, 1, strength)],
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

/** Grids that encoders divide images into have sides that divide this. */
const SIZE_STEP = 8;

/**
 * Side of the views of a preset in a run on images of a size: its share of it, rounded to a multiple of 8, at least 8,
 * so that what divides the global views into patches divides these too.
 * @throws UnknownNameError for an unknown preset
 */
export function viewSizeFor(preset: string, imageSize: number): number {
  const { sizeShare = 1 } = lookUp<Preset>("viewSizeFor", "preset", presets, preset);
  if (sizeShare === 1) return imageSize;
  return Math.max(SIZE_STEP, SIZE_STEP * Math.round((sizeShare * imageSize) / SIZE_STEP));
}

/** What evaluation sees for an encoder trained on `recipe`: the whole image, of the same size, normalised alike. */
export function plainRecipeLike(recipe: RecipeData): ViewRecipe {
  const finish = recipe.steps.filter((step) => step.name === "normalise");
  return parseRecipe({ size: recipe.size, steps: [{ name: "centreCrop" }, ...finish] });
}

/** The colours of BYOL and DINO, whose views differ in blur and solarize alone. */
function asymmetric(
  size: number,
  strength: number,
  probabilities: { readonly blur: number; readonly solarize: number },
): readonly RecipeStep[] {
  const solarize = { name: "solarize", probability: share(probabilities.solarize * strength) } as const;
  return [
    { name: "horizontalFlip" },
    jitter(0.4, 0.4, 0.2, 0.1, strength),
    { name: "grayscale", probability: share(0.2 * strength) },
    ...blur(size, probabilities.blur * strength),
    ...(probabilities.solarize > 0 ? [solarize] : []),
  ];
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
