import { describe, expect, test } from "vitest";
import { cellsOf, choicesOfCell, lengthOn, parseRecipeOfComparison } from "./recipe.js";
import { TOY_RECIPE } from "./testing/rows.js";

test("cells are all combinations, whole seeds first", () => {
  const names = cellsOf(TOY_RECIPE).map(({ name }) => name);
  expect(names.slice(0, 4)).toEqual(["simclr-small-seed0", "cold-small-seed0", "simclr-vit-seed0", "cold-vit-seed0"]);
  expect(names).toHaveLength(8);
  expect(names[4]).toBe("simclr-small-seed3");
});

describe("the choices of a cell", () => {
  const choicesOf = (name: string) =>
    choicesOfCell(TOY_RECIPE, cellsOf(TOY_RECIPE).find((cell) => cell.name === name)!);

  test("names stand for what they name, and every seed has the same images held out", () => {
    expect(choicesOf("simclr-vit-seed3")).toEqual({
      ...{ data: "toys", holdOut: 0.25, holdOutSeed: 0, seed: 3 },
      ...{ objective: "simclr", encoder: "vit", size: 16, batch: 8, learningRate: 0.001, encoderOptions: { width: 4 } },
    });
  });

  test("the special comes before the general, options key by key", () => {
    expect(choicesOf("cold-small-seed0")).toMatchObject({
      ...{ objective: "simclr", objectiveOptions: { temperature: 0.1 }, learningRate: 0.001 },
      ...{ encoder: "convnet", encoderOptions: { width: 8, stages: 2 } },
    });
    expect(choicesOf("cold-vit-seed0")).toMatchObject({ encoder: "vit", learningRate: 0.01 });
  });
});

test("one number of steps for all, or one for each encoder", () => {
  const cells = cellsOf(TOY_RECIPE);
  const lengths = (steps: number | Record<string, number>) =>
    Object.fromEntries(cells.map(({ encoder }) => [encoder, lengthOn(encoder, { ...TOY_RECIPE, budget: { steps } })]));
  expect(lengths(9)).toEqual({ small: { steps: 9 }, vit: { steps: 9 } });
  expect(lengths({ small: 20, vit: 5 })).toEqual({ small: { steps: 20 }, vit: { steps: 5 } });
  expect(parseRecipeOfComparison({ ...TOY_RECIPE, budget: { steps: { small: 20, vit: 5 } } })).toBeTruthy();
  expect(lengthOn("vit", { ...TOY_RECIPE, budget: { cpuMinutes: 3 } })).toEqual({});
});

describe("a recipe that cannot be is refused in words", () => {
  const without = (key: string) => Object.fromEntries(Object.entries(TOY_RECIPE).filter(([name]) => name !== key));

  test("a good one is taken as it is", () => expect(parseRecipeOfComparison(TOY_RECIPE)).toEqual(TOY_RECIPE));

  test.each([
    ["no object", [], /"recipe" must be an object/],
    ["a misspelt key", { ...TOY_RECIPE, seed: [0] }, /unknown key of the recipe "seed"\. Did you mean "seeds"\?/],
    ["no hold-out", without("holdOut"), /"holdOut" must be .*They are what cells are asked about/],
    ["no methods", { ...TOY_RECIPE, methods: {} }, /"methods" must be at least one, by name/],
    ["a name that is no folder's", { ...TOY_RECIPE, methods: { "a/b": {} } }, /"methods" must be of letters, digits/],
    ["two equal seeds", { ...TOY_RECIPE, seeds: [1, 1] }, /"seeds" must be a list of different whole numbers/],
    ["two budgets", { ...TOY_RECIPE, budget: { steps: 1, epochs: 1 } }, /"budget" must be one of steps, epochs/],
    ["half a step", { ...TOY_RECIPE, budget: { steps: 0.5 } }, /"budget.steps" must be a whole number/],
    ["steps of one encoder", { ...TOY_RECIPE, budget: { steps: { vit: 5 } } }, /"budget.steps.small" must be a whole/],
    [
      "steps of a strange one",
      { ...TOY_RECIPE, budget: { steps: { vjt: 5 } } },
      /unknown encoder .*"vjt"\. Did you mean "vit"/,
    ],
    ["no minutes", { ...TOY_RECIPE, budget: { cpuMinutes: 0 } }, /"budget.cpuMinutes" must be a number above 0/],
    ["another budget", { ...TOY_RECIPE, budget: { minutes: 3 } }, /unknown budget "minutes"/],
    [
      "an encoder that is not in it",
      { ...TOY_RECIPE, methods: { simclr: { on: { resnet: {} } } } },
      /unknown encoder of the recipe "resnet"/,
    ],
    ["a misspelt setting of the evaluation", { ...TOY_RECIPE, evaluation: { labels: 3 } }, /unknown key of evaluation/],
  ])("%s", (_what, recipe, message) => expect(() => parseRecipeOfComparison(recipe)).toThrow(message));
});
