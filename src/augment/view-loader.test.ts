import { truncateSync, unlinkSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { DarkmatterError } from "../compute/errors.js";
import { keyFor } from "../compute/random.js";
import { batchIndices } from "../data/batches.js";
import { subset } from "../data/image-set.js";
import { makeView } from "./make-view.js";
import { recipeFor } from "./presets.js";
import { randomSet } from "./testing/pictures.js";
import type { ViewBatch, ViewLoader } from "./view-batch.js";
import { createViewLoader, type ViewLoaderOptions } from "./view-loader.js";

const recipes = [recipeFor("simclr", { size: 8 }), recipeFor("lejepaLocal", { size: 5 })];

function loaderOf(options: Partial<ViewLoaderOptions> & Pick<ViewLoaderOptions, "set">): ViewLoader {
  const loader = createViewLoader({ recipes, batchSize: 20, seed: 3, ...options });
  onTestFinished(() => loader.close());
  return loader;
}

describe("batches", () => {
  test("are views of the step's images, each by its own key", async () => {
    const set = randomSet(50);
    const loader = loaderOf({ set, numWorkers: 2 });
    expect(loader.shapes).toEqual([
      [20, 3, 8, 8],
      [20, 3, 5, 5],
    ]);
    const { views, indices } = await loader.viewsAt(4);
    expect(indices).toEqual(batchIndices({ numImages: 50, batchSize: 20, seed: 3, step: 4 }));
    for (const [v, recipe] of recipes.entries()) {
      const length = 3 * recipe.size ** 2;
      for (const position of [0, 7, 8, 19]) {
        const key = keyFor(3, "view", 4, position, v);
        const expected = makeView(set.readPixels([indices[position]!]), 12, 3, recipe, key);
        expect(views[v]!.slice(position * length, (position + 1) * length)).toEqual(expected);
      }
    }
  });

  test("are the same bits with any number of threads, in any order of asking", async () => {
    const set = randomSet(60);
    const inline = loaderOf({ set, numWorkers: 0 });
    const alone = loaderOf({ set, numWorkers: 1, prefetch: 1 });
    const shared = loaderOf({ set, numWorkers: 2, prefetch: 3 });
    // forwards, a jump ahead, back again, twice the same, back by one while later steps are under way
    for (const step of [0, 1, 2, 9, 1, 1, 0, 5, 4, 3]) {
      const expected = await inline.viewsAt(step);
      expect(await alone.viewsAt(step)).toEqual(expected);
      expect(await shared.viewsAt(step)).toEqual(expected);
    }
  });

  test("asked for all at once, each is its own", async () => {
    const set = randomSet(60);
    const inline = loaderOf({ set, numWorkers: 0 });
    const threaded = loaderOf({ set, numWorkers: 2 });
    const steps = [6, 0, 3, 1, 6];
    const together = await Promise.all(steps.map((step) => threaded.viewsAt(step)));
    for (const [i, step] of steps.entries()) expect(together[i]).toEqual(await inline.viewsAt(step));
  });

  test("of a subset hold only its images", async () => {
    const whole = randomSet(40);
    const part = subset(whole, [30, 31, 32, 33, 34, 35, 36, 37]);
    const options = { recipes: [recipeFor("none", { size: 12 })], batchSize: 8 };
    const { views, indices } = await loaderOf({ set: part, numWorkers: 1, ...options }).viewsAt(0);
    expect([...indices].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const first = makeView(whole.readPixels([30 + indices[0]!]), 12, 3, options.recipes[0]!, keyFor(0));
    expect(views[0]!.slice(0, first.length)).toEqual(first);
  });

  test("belong to the caller, who may bring the arrays", async () => {
    const loader = loaderOf({ set: randomSet(50), numWorkers: 1 });
    const first = await loader.viewsAt(0);
    const kept = structuredClone(first.views);
    const into = loader.shapes.map((shape) => new Float32Array(shape.reduce((a, b) => a * b)));
    const second = await loader.viewsAt(1, into);
    expect(second.views.every((view, v) => view === into[v])).toBe(true);
    expect(first.views).toEqual(kept);
    expect(first.views[0]!.buffer).toBeInstanceOf(ArrayBuffer);
    await expect(loader.viewsAt(2, [new Float32Array(3), into[1]!])).rejects.toThrow(
      /viewsAt: "into\[0\]" must have shape \[3840\], got \[3\]/,
    );
    await expect(loader.viewsAt(2)).resolves.toBeDefined();
  });

  test("are counted and timed", async () => {
    const loader = loaderOf({ set: randomSet(50), numWorkers: 1 });
    expect(loader.viewsPerSecond).toBe(0);
    await loader.viewsAt(0);
    expect(loader.viewsPerSecond).toBeGreaterThan(0);
    expect(loader.secondsWaited).toBeGreaterThan(0);
  });
});

describe("failures", () => {
  /** Ask for steps until one fails. */
  async function failureOf(loader: ViewLoader): Promise<unknown> {
    for (let step = 0; step < 20; step++) {
      const outcome: ViewBatch | Error = await loader.viewsAt(step).catch((error: Error) => error);
      if (outcome instanceof Error) return outcome;
    }
    return undefined;
  }

  test.each([0, 2])("a cache cut short during training is a clear error, with %i threads", async (numWorkers) => {
    const set = randomSet(400);
    const loader = loaderOf({ set, numWorkers });
    await loader.viewsAt(0);
    truncateSync(set.cachePath, 100);
    const failure = await failureOf(loader);
    expect(failure).toBeInstanceOf(DarkmatterError);
    expect(String(failure)).toMatch(/random\.pixels ends early/);
    await expect(loader.viewsAt(0)).rejects.toThrow(/ends early/);
  });

  test("a cache deleted before the threads open it is a clear error, not a wait", async () => {
    const set = randomSet(50);
    const loader = loaderOf({ set, numWorkers: 2 });
    unlinkSync(set.cachePath); // threads take longer to start than this line
    await expect(loader.viewsAt(0)).rejects.toThrow(/viewsAt: a view thread failed\..*random\.pixels is gone/);
  });

  test("a missing cache, a batch larger than the set and odd options are refused at once", () => {
    const set = randomSet(10);
    expect(() => loaderOf({ set: { cachePath: "/nowhere/at all" } })).toThrow(/\/nowhere\/at all is gone/);
    expect(() => loaderOf({ set })).toThrow(/"batchSize" must be at most the 10 images there are, got 20/);
    expect(() => loaderOf({ set, batchSize: 5, recipes: [] })).toThrow(/"recipes" must be at least one recipe/);
    expect(() => loaderOf({ set, batchSize: 5, numWorkers: -1 })).toThrow(/"numWorkers" must be a whole number from 0/);
    expect(() => loaderOf({ set, batchSize: 5, prefetch: 0 })).toThrow(/"prefetch" must be a whole number from 1/);
  });

  test.each([0, 2])("after close, requests fail; closing again is fine (%i threads)", async (numWorkers) => {
    const loader = loaderOf({ set: randomSet(50), numWorkers });
    await loader.viewsAt(0);
    await loader.close();
    await loader.close();
    await expect(loader.viewsAt(1)).rejects.toThrow(/the view loader is closed/);
  });

  test("closing ends a request that is under way", async () => {
    const loader = loaderOf({ set: randomSet(50), numWorkers: 1 });
    const pending = loader.viewsAt(0);
    await Promise.all([expect(pending).rejects.toThrow(/closed/), loader.close()]);
  });

  test("a step that is not a step is refused and leaves the loader working", async () => {
    const loader = loaderOf({ set: randomSet(50), numWorkers: 1 });
    await expect(loader.viewsAt(-1)).rejects.toThrow(/"step" must be a whole number/);
    await expect(loader.viewsAt(0)).resolves.toBeDefined();
  });
});
