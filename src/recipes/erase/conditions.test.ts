import { describe, expect, test } from "vitest";
import { parseRecipe } from "../../augment/index.js";
import { conditionsOf, fullRecipe } from "./conditions.js";

const stepsOf = (names: readonly { readonly name: string }[]) => names.map(({ name }) => name);

describe("conditions", () => {
  const conditions = conditionsOf(fullRecipe(32), { alone: true });
  const named = (name: string) => conditions.find((condition) => condition.name === name)!;

  test("are all, none, each left out and each alone, from the steps of the recipe", () => {
    const words = ["crop", "flip", "rotation", "colour", "grayscale", "blur", "noise"];
    const expected = ["all", "none", ...words.map((w) => `without ${w}`), ...words.map((w) => `only ${w}`)];
    expect(conditions.map(({ name }) => name)).toEqual(expected);
    expect(conditionsOf(fullRecipe(32), { alone: false })).toHaveLength(9);
  });

  test("keep the steps that are on, in their order and strength; the whole image takes the place of the crop", () => {
    const all = fullRecipe(32).steps;
    expect(named("all").recipe.steps).toEqual(all);
    expect(stepsOf(named("none").recipe.steps)).toEqual(["centreCrop", "normalise"]);
    expect(named("without rotation").recipe.steps).toEqual(all.filter(({ name }) => name !== "rotation"));
    expect(named("without crop").recipe.steps.slice(1)).toEqual(all.slice(1));
    expect(named("without crop").recipe.steps[0]).toMatchObject({ name: "centreCrop" });
    expect(stepsOf(named("only blur").recipe.steps)).toEqual(["centreCrop", "gaussianBlur", "normalise"]);
    expect(stepsOf(named("only crop").recipe.steps)).toEqual(["randomResizedCrop", "normalise"]);
  });

  test("of a recipe with a step twice are refused: a name would not say which", () => {
    const twice = parseRecipe({
      size: 8,
      steps: [{ name: "centreCrop" }, { name: "noise" }, { name: "noise", std: 0.2 }],
    });
    expect(() => conditionsOf(twice, { alone: false })).toThrow(
      /"views" must be steps of different names, got "noise twice"/,
    );
  });

  test("of a recipe without augmentation are all and none, which are the same", () => {
    const plain = parseRecipe({ size: 8, steps: [{ name: "centreCrop" }, { name: "normalise" }] });
    const [all, none, ...others] = conditionsOf(plain, { alone: true });
    expect(all!.recipe).toEqual(none!.recipe);
    expect(others).toEqual([]);
  });
});
