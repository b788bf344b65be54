import { describe, expect, test } from "vitest";
import { imagenetStatistics } from "./augmentations/normalise.js";
import { plainRecipeLike, presets, recipeFor, viewSizeFor } from "./presets.js";
import { parseRecipe, type ViewRecipe } from "./recipe.js";

const namesOf = (recipe: ViewRecipe) => recipe.steps.map((step) => step.name);
const stepOf = (recipe: ViewRecipe, name: string) => recipe.steps.find((step) => step.name === name);

describe.each(Object.keys(presets))("preset %s", (preset) => {
  test.each([8, 32, 64, 224])("is a valid recipe at %i px, at any strength", (size) => {
    for (const strength of [0, 0.5, 1, 4]) {
      const recipe = recipeFor(preset, { size, strength });
      expect(recipe.size).toBe(size);
      expect(parseRecipe(recipe)).toEqual(recipe);
      expect(namesOf(recipe).at(-1)).toBe("normalise");
    }
  });

  test("does not blur small views", () => {
    expect(namesOf(recipeFor(preset, { size: 32 }))).not.toContain("gaussianBlur");
  });
});

test("SimCLR as published at 224 px: jitter 0.8, 0.8, 0.8, 0.2 and a kernel of 23", () => {
  const recipe = recipeFor("simclr", { size: 224 });
  expect(stepOf(recipe, "randomResizedCrop")).toMatchObject({ scaleMin: 0.08, scaleMax: 1 });
  const jitter = { brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2, probability: 0.8 };
  expect(stepOf(recipe, "colourJitter")).toMatchObject(jitter);
  expect(stepOf(recipe, "gaussianBlur")).toMatchObject({
    kernelSize: 23,
    sigmaMin: 0.1,
    sigmaMax: 2,
    probability: 0.5,
  });
});

test("BYOL as published at 224 px: always blur or nearly never, solarize in the second view alone", () => {
  const [first, second] = [recipeFor("byolFirst", { size: 224 }), recipeFor("byolSecond", { size: 224 })];
  for (const recipe of [first, second]) {
    expect(stepOf(recipe, "randomResizedCrop")).toMatchObject({ scaleMin: 0.08, scaleMax: 1 });
    const jitter = { brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1, probability: 0.8 };
    expect(stepOf(recipe, "colourJitter")).toMatchObject(jitter);
    expect(stepOf(recipe, "grayscale")).toMatchObject({ probability: 0.2 });
    expect(stepOf(recipe, "gaussianBlur")).toMatchObject({ kernelSize: 23 });
  }
  expect(stepOf(first, "gaussianBlur")).toMatchObject({ probability: 1 });
  expect(stepOf(first, "solarize")).toBeUndefined();
  expect(stepOf(second, "gaussianBlur")).toMatchObject({ probability: 0.1 });
  expect(stepOf(second, "solarize")).toMatchObject({ probability: 0.2 });
});

test("DINO: global views keep at least 0.4 of the image, local ones at most", () => {
  for (const preset of ["dinoGlobalFirst", "dinoGlobalSecond"]) {
    expect(stepOf(recipeFor(preset, { size: 96 }), "randomResizedCrop")).toMatchObject({ scaleMin: 0.4, scaleMax: 1 });
  }
  for (const strength of [0.5, 2]) {
    const local = recipeFor("dinoLocal", { size: 96, strength });
    expect(stepOf(local, "randomResizedCrop")).toMatchObject({ scaleMin: 0.05, scaleMax: 0.4 });
  }
});

test.each([
  ["simclr", 32, 32],
  ["dinoGlobalFirst", 30, 30],
  ["dinoLocal", 224, 112],
  ["dinoLocal", 64, 32],
  ["dinoLocal", 48, 24],
  ["lejepaLocal", 32, 16],
  ["dinoLocal", 24, 16],
  ["dinoLocal", 16, 8],
  ["dinoLocal", 8, 8],
])("views of %s in a run at %i px have %i", (preset, imageSize, size) => {
  expect(viewSizeFor(preset, imageSize)).toBe(size);
});

test("SimCLR at 32 px has half the jitter", () => {
  const jitter = { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 };
  expect(stepOf(recipeFor("simclr", { size: 32 }), "colourJitter")).toMatchObject(jitter);
});

test("strength 0 leaves the whole image but for the flip", () => {
  const recipe = recipeFor("vicreg", { size: 64, strength: 0 });
  expect(stepOf(recipe, "randomResizedCrop")).toMatchObject({ scaleMin: 1, scaleMax: 1 });
  expect(stepOf(recipe, "colourJitter")).toMatchObject({ brightness: 0, contrast: 0, saturation: 0, hue: 0 });
  for (const name of ["grayscale", "gaussianBlur", "solarize"]) {
    expect(stepOf(recipe, name)).toMatchObject({ probability: 0 });
  }
});

test("strength scales what crops take away, colours and probabilities", () => {
  const recipe = recipeFor("simclr", { size: 64, strength: 0.5 });
  expect(stepOf(recipe, "randomResizedCrop")).toMatchObject({ scaleMin: 0.54 });
  expect(stepOf(recipe, "colourJitter")).toMatchObject({ brightness: 0.4, hue: 0.1 });
  expect(stepOf(recipe, "grayscale")).toMatchObject({ probability: 0.1 });
});

test("unknown presets and strengths out of range are refused", () => {
  expect(() => recipeFor("simcrl", { size: 32 })).toThrow(/unknown preset "simcrl". Did you mean "simclr"\?/);
  expect(() => recipeFor("simclr", { size: 32, strength: -1 })).toThrow(/"strength" must be from 0 to 4, got -1/);
  expect(() => recipeFor("simclr", { size: 32, strength: Number.NaN })).toThrow(/strength/);
});

test("evaluation sees the whole image, normalised as in training", () => {
  const plain = plainRecipeLike(recipeFor("simclr", { size: 48, statistics: imagenetStatistics }));
  expect(plain).toEqual(recipeFor("none", { size: 48, statistics: imagenetStatistics }));
  expect(namesOf(plain)).toEqual(["centreCrop", "normalise"]);
});
