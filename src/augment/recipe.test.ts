import { describe, expect, test } from "vitest";
import { ValueError } from "../compute/errors.js";
import { parseRecipe, type ViewRecipe, withoutFinish, withStep } from "./recipe.js";

const crop = { name: "randomResizedCrop" };

describe("parseRecipe", () => {
  test("fills in every option, and what it gives parses to itself", () => {
    const recipe = parseRecipe({ size: 32, steps: [{ ...crop, scaleMin: 0.2 }, { name: "solarize" }] });
    expect(recipe).toEqual({
      size: 32,
      steps: [
        { name: "randomResizedCrop", scaleMin: 0.2, scaleMax: 1, ratioMin: 3 / 4, ratioMax: 4 / 3 },
        { name: "solarize", threshold: 0.5, probability: 0.2 },
      ],
    });
    expect(parseRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  });

  test("an unknown augmentation gets the list and the nearest", () => {
    expect(() => parseRecipe({ size: 32, steps: [crop, { name: "colorJitter" }] })).toThrow(
      /unknown augmentation "colorJitter". Did you mean "colourJitter"\? Known: centreCrop, .*solarize/,
    );
  });

  test("an unknown option gets the list and the nearest", () => {
    expect(() => parseRecipe({ size: 32, steps: [{ ...crop, scalemin: 0.2 }] })).toThrow(
      /randomResizedCrop: unknown option "scalemin". Did you mean "scaleMin"\?/,
    );
  });

  test.each([
    [
      "an option out of bounds",
      { size: 32, steps: [{ ...crop, scaleMin: 2 }] },
      /"scaleMin" must be .*at most 1, got 2/,
    ],
    ["options at odds", { size: 32, steps: [{ ...crop, scaleMin: 0.9, scaleMax: 0.1 }] }, /at most scaleMax/],
    ["a kernel too wide", { size: 8, steps: [crop, { name: "gaussianBlur", kernelSize: 17 }] }, /views of 8 px/],
    ["no crop", { size: 32, steps: [{ name: "solarize" }] }, /start with one crop \(centreCrop or randomResizedCrop\)/],
    ["no steps", { size: 32, steps: [] }, /start with one crop/],
    ["two crops", { size: 32, steps: [crop, crop] }, /start with one crop/],
    ["colour after normalise", { size: 32, steps: [crop, { name: "normalise" }, { name: "solarize" }] }, /in order/],
    ["normalise twice", { size: 32, steps: [crop, { name: "normalise" }, { name: "normalise" }] }, /only once/],
    ["a size of zero", { size: 0, steps: [crop] }, /"size" must be a whole number of pixels, 1 to 1024, got 0/],
    ["a size in words", { size: "32", steps: [crop] }, /"size"/],
    ["no list of steps", { size: 32 }, /"steps" must be a list/],
    ["a step without a name", { size: 32, steps: [{ scaleMin: 1 }] }, /"steps\[0\].name"/],
    ["a step that is text", { size: 32, steps: ["randomResizedCrop"] }, /"steps\[0\]" must be an object/],
    ["nothing", undefined, /"recipe" must be an object/],
  ])("refuses %s", (_what, given, message) => {
    expect(() => parseRecipe(given)).toThrow(ValueError);
    expect(() => parseRecipe(given)).toThrow(message);
  });
});

describe("editing a recipe", () => {
  const recipe: ViewRecipe = parseRecipe({ size: 32, steps: [crop, { name: "solarize" }, { name: "normalise" }] });

  test("withStep changes one step and leaves the original", () => {
    const before = JSON.stringify(recipe);
    const changed = withStep(recipe, "randomResizedCrop", { scaleMin: 0.4 });
    expect(changed.steps[0]).toMatchObject({ scaleMin: 0.4, scaleMax: 1 });
    expect(changed.steps.slice(1)).toEqual(recipe.steps.slice(1));
    expect(JSON.stringify(recipe)).toBe(before);
  });

  test("withStep refuses a step that is not there, and bad values", () => {
    expect(() => withStep(recipe, "noise", { std: 0.2 })).toThrow(/unknown step "noise".*Known: randomResizedCrop/);
    expect(() => withStep(recipe, "solarize", { threshold: 7 })).toThrow(/threshold/);
  });

  test("withoutFinish leaves the picture steps", () => {
    expect(withoutFinish(recipe).steps.map((step) => step.name)).toEqual(["randomResizedCrop", "solarize"]);
  });
});
