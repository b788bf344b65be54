import { expect, test } from "vitest";
import { keyFor } from "../compute/random.js";
import { makeView } from "./make-view.js";
import { plainViews } from "./plain-views.js";
import { recipeFor } from "./presets.js";
import { randomSet } from "./testing/pictures.js";

test("views are those of the images asked for, in that order", () => {
  const set = randomSet(6, 9);
  const recipe = recipeFor("none", { size: 4 });
  const views = plainViews(set, [5, 0, 5], recipe);
  expect(views.length).toBe(3 * 3 * 4 * 4);
  const alone = (index: number) => makeView(set.readPixels([index]), 9, 3, recipe, keyFor(99));
  expect(views).toEqual(Float32Array.from([...alone(5), ...alone(0), ...alone(5)]));
});

test("a size stands for the whole image with the default normalisation", () => {
  const set = randomSet(2, 5, 1);
  const views = plainViews(set, [1], 5);
  expect([...views]).toEqual([...set.readPixels([1])].map((byte) => Math.fround(Math.fround(byte / 255) * 4 - 2)));
});
