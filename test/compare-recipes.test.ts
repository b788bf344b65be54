/** The recipes behind docs/results.md: whatever is registered is compared. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { objectives } from "../src/objectives/catalog.js";
import type { Objective } from "../src/objectives/index.js";
import { parseRecipeOfComparison } from "../src/recipes/compare/index.js";
import { ROOT } from "./layering.js";

const FOLDER = join(ROOT, "bench", "compare");
const names = readdirSync(FOLDER).filter((name) => name !== "methods.ts");

describe.each(names)("bench/compare/%s", async (name) => {
  const { default: given } = await import(pathToFileURL(join(FOLDER, name)).href);

  test("is a recipe, named as its file, with at least three seeds", () => {
    const recipe = parseRecipeOfComparison(given);
    expect(`${recipe.name}.ts`).toBe(name);
    expect(recipe.seeds.length).toBeGreaterThanOrEqual(3);
  });

  test("compares every objective there is", () => {
    const ofImages = Object.values<Objective>(objectives).filter(({ needs }) => !needs.inTime);
    expect(Object.keys(given.methods).sort()).toEqual(ofImages.map(({ name }) => name).sort());
  });
});
