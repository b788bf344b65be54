import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UnknownNameError, ValueError } from "../../compute/errors.js";
import { keyFor } from "../../compute/random.js";
import { openSeries, type SeriesSet } from "../../data/index.js";
import { regimeCsv, regimeRows } from "../../data/series/testing/regimes.js";
import { createSeriesViewMaker, plainSeriesViews } from "./make-series-view.js";
import { createSeriesLoader } from "./series-loader.js";
import { parseSeriesRecipe, type SeriesRecipe, seriesPresets, seriesRecipeFor } from "./series-recipe.js";

let folder = "";
let set: SeriesSet;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-series-views-"));
  writeFileSync(join(folder, "regimes.csv"), regimeCsv(regimeRows(8, 64)));
  set = await openSeries(join(folder, "regimes.csv"), { window: 16 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const madeBy = (recipe: SeriesRecipe, window: number, seed = 0) => {
  const maker = createSeriesViewMaker(recipe, set);
  const view = new Float32Array(maker.length);
  maker.make(window, keyFor(seed), view);
  return view;
};

describe("recipes", () => {
  test("are filled in, and come out of JSON as they went in", () => {
    const recipe = parseSeriesRecipe({ size: 16, steps: [{ name: "timeCrop" }, { name: "jitter", std: 0.5 }] });
    expect(recipe.steps).toEqual([
      { name: "timeCrop", shareMin: 0.5, shareMax: 1 },
      { name: "jitter", std: 0.5, probability: 1 },
    ]);
    expect(parseSeriesRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
  });

  test.each([
    [{ size: 16, steps: [{ name: "jitter" }] }, "to start with one crop (timeCrop or wholeWindow)"],
    [{ size: 16, steps: [{ name: "timeCrop" }, { name: "wholeWindow" }] }, "to start with one crop"],
    [{ size: 0, steps: [] }, "a whole number of time steps"],
    [{ size: 8, steps: [{ name: "timeCrop", shareMin: 2 }] }, "at most 1"],
  ])("are refused where they do not fit: %j", (recipe, message) => {
    expect(() => parseSeriesRecipe(recipe)).toThrow(ValueError);
    expect(() => parseSeriesRecipe(recipe)).toThrow(message);
  });

  test("of images are unknown here, by name", () => {
    expect(() => parseSeriesRecipe({ size: 8, steps: [{ name: "grayscale" }] })).toThrow(UnknownNameError);
    expect(() => seriesRecipeFor("simclr", { size: 8 })).toThrow("Known: window, row, none");
    expect(() => seriesRecipeFor("window", { size: 8, strength: 5 })).toThrow("from 0 to 4");
  });
});

describe("views", () => {
  test.each(Object.keys(seriesPresets))(
    "preset %s: a function of the key, finite, of the recipe's length",
    (preset) => {
      for (const size of [16, 8]) {
        const recipe = seriesRecipeFor(preset, { size });
        const view = madeBy(recipe, 3, 7);
        expect(view).toHaveLength(3 * size);
        expect(view.every(Number.isFinite)).toBe(true);
        expect(madeBy(recipe, 3, 7)).toEqual(view);
        if (preset !== "none") expect(madeBy(recipe, 3, 8)).not.toEqual(view);
      }
    },
  );

  test("at strength 0 and for evaluation are the window itself", () => {
    const window = set.readWindows([5]);
    for (const preset of ["window", "row"]) {
      const view = madeBy(seriesRecipeFor(preset, { size: 16, strength: 0 }), 5, 1);
      for (const [i, value] of view.entries()) expect(value).toBeCloseTo(window[i]!, 5);
    }
    expect(plainSeriesViews(set, [5, 2], 16)).toEqual(set.readWindows([5, 2]));
    expect(plainSeriesViews(set, [5], 8)).toHaveLength(3 * 8);
  });

  test("corrupted channels are those of other windows", () => {
    const recipe = parseSeriesRecipe({
      size: 16,
      steps: [{ name: "wholeWindow" }, { name: "channelCorruption", rate: 1 }],
    });
    const view = madeBy(recipe, 0, 3);
    const all = Array.from({ length: set.numImages }, (_, i) => set.readWindows([i]).slice());
    for (let c = 0; c < 3; c++) {
      const channel = [...view.slice(16 * c, 16 * (c + 1))];
      expect(all.some((window) => channel.every((value, t) => value === window[16 * c + t]))).toBe(true);
    }
  });
});

describe("the loader", () => {
  const recipes = [seriesRecipeFor("window", { size: 16 }), seriesRecipeFor("window", { size: 8 })];
  const loaderOf = (seed = 0) => createSeriesLoader({ set, recipes, batchSize: 6, seed });

  test("gives the same views for a step, whatever was asked before", async () => {
    const [inOrder, jumping] = [loaderOf(), loaderOf()];
    const expected = [];
    for (let step = 0; step < 3; step++) {
      expected.push(await inOrder.viewsAt(step));
      await new Promise((resolve) => setImmediate(resolve)); // lets the next batch be made
    }
    for (const step of [2, 0, 1]) expect(await jumping.viewsAt(step)).toEqual(expected[step]);
    expect(inOrder.shapes).toEqual([
      [6, 3, 16],
      [6, 3, 8],
    ]);
    expect(await loaderOf(1).viewsAt(0)).not.toEqual(expected[0]);
    expect(inOrder.viewsPerSecond).toBeGreaterThan(0);
    const maker = createSeriesViewMaker(recipes[1]!, set);
    const view = new Float32Array(maker.length);
    maker.make(expected[2]!.indices[4]!, keyFor(0, "view", 2, 4, 1), view);
    expect(expected[2]!.views[1]!.slice(4 * 24, 5 * 24)).toEqual(view);
    await Promise.all([inOrder.close(), jumping.close()]);
  });

  test("fills given arrays, and refuses those that do not fit, batches too large and views after its end", async () => {
    const loader = loaderOf();
    const into = [new Float32Array(6 * 48), new Float32Array(6 * 24)];
    const { views } = await loader.viewsAt(1, into);
    expect(views[0]).toBe(into[0]);
    expect(into[1]).toEqual((await loaderOf().viewsAt(1)).views[1]);
    await expect(loader.viewsAt(1, [new Float32Array(3), into[1]!])).rejects.toThrow("into[0]");
    await loader.close();
    await expect(loader.viewsAt(0)).rejects.toThrow("closed");
    expect(() => createSeriesLoader({ set, recipes, batchSize: 1000, seed: 0 })).toThrow("at most the");
    expect(() => createSeriesLoader({ set, recipes: [], batchSize: 2, seed: 0 })).toThrow("at least one recipe");
  });
});
