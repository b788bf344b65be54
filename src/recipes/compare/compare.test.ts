/** A comparison from beginning to end, on a few pictures: stopped, continued, and rendered again. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { writePictures } from "../../train/testing/tiny-run.js";
import { usePictures } from "../../train/testing/use-pictures.js";
import { type CellEvent, compareMethods, renderComparison } from "./compare.js";
import type { CompareRecipe } from "./recipe.js";
import { readResults } from "./results.js";

const pictures = usePictures(2);
let recipe: CompareRecipe;
let out: string;

beforeAll(async () => {
  const data = pictures.path("toys");
  await writePictures(
    data,
    Array.from({ length: 32 }, (_, i) => `${i % 2 === 0 ? "round" : "square"}/${i}.png`),
  );
  out = pictures.path("comparison");
  recipe = {
    ...{ name: "toys", title: "Toys", data, holdOut: 8 },
    encoders: { small: { encoder: "convnet", encoderOptions: { width: 4, stages: 2 } } },
    // Only objectives with a projector take one.
    methods: { simclr: { projector: { hiddenDim: 8, numHiddenLayers: 1, outDim: 4 } }, mae: {} },
    training: { size: 16, batch: 8 },
    ...{ seeds: [0], budget: { steps: 40 }, threads: 1 },
  };
});

test("a method that an encoder cannot serve is said, a stopped cell is saved, and goes on later", async () => {
  const controller = new AbortController();
  const events: CellEvent[] = [];
  const stopped = await compareMethods(
    recipe,
    { out },
    {
      signal: controller.signal,
      onPlan: ({ pairs, impossible, numHeldOut }) => {
        expect(pairs).toEqual([{ method: "simclr", encoder: "small", steps: 40 }]);
        expect(impossible).toMatchObject([
          { method: "mae", encoder: "small", reason: expect.stringContaining("places") },
        ]);
        expect(numHeldOut).toBe(8);
      },
      onCell: (event) => {
        events.push(event);
        if (event.kind === "progress") controller.abort();
      },
    },
  );
  expect(stopped).toMatchObject({ isFinished: false, numStopped: 1, numFailed: 0 });
  const ended = events.find((event) => event.kind === "ended")!;
  const step = ended.end.kind === "stopped" ? ended.end.step : 0;
  expect(step).toBeGreaterThan(0);
  expect(step).toBeLessThan(40);

  const finished = await compareMethods(recipe, { out });
  expect(finished.isFinished).toBe(true);
  const [row] = finished.results.rows;
  expect(row).toMatchObject({ cell: "simclr-small-seed0", steps: 40, batchSize: 8, chance: { knn: 0.5 }, numTest: 8 });
  expect(Object.keys(row!.scores)).toEqual(expect.arrayContaining(["knn", "linear", "fewShot/1"]));
  expect(Object.keys(row!.floors)).toEqual(expect.arrayContaining(["rawPixels", "randomInit"]));
  expect(row!.cpuSeconds).toBeGreaterThan(0);
  expect(row!.labelFree).toMatchObject({ loss: expect.any(Number), lidar: expect.any(Number), calibratedLoss: null });
  expect(finished.text).toContain("- mae on small: ");
  expect(finished.files.every(existsSync)).toBe(true);
  expect(readFileSync(join(out, "results.png")).subarray(1, 4).toString()).toBe("PNG");
}, 120_000);

test("a finished comparison is left as it is, and rendered from its results alone", async () => {
  const events: string[] = [];
  const again = await compareMethods(recipe, { out }, { onCell: ({ kind }) => events.push(kind) });
  expect(events).toEqual([]);
  expect(again.isFinished).toBe(true);
  const { text, results } = await renderComparison(out, { sortBy: "linear" });
  expect(text).toContain("linear over random init");
  expect(results).toEqual(readResults(join(out, "results.json")));
  await expect(renderComparison(out, { sortBy: "linaer" })).rejects.toThrow(
    /unknown score "linaer"\. Did you mean "linear"/,
  );
});

test("cells of other settings are not taken for these", async () => {
  const longer = { ...recipe, budget: { steps: 41 } };
  await expect(compareMethods(longer, { out })).rejects.toThrow(
    /simclr-small-seed0 was run under other settings \(steps: was 40, now 41\)\. Delete it/,
  );
  await expect(compareMethods(recipe, { out, only: ["byol"] })).rejects.toThrow(
    /"only" must be part of the name of a cell/,
  );
  await expect(renderComparison(pictures.path("nothing"))).rejects.toThrow(/there is no .*results.json yet/);
  await expect(compareMethods({ ...recipe, data: pictures.folder }, { out })).rejects.toThrow(/has no labels/);
});
