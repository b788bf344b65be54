import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { recipeFor } from "../augment/index.js";
import type { ImageSet } from "../data/index.js";
import { objectives } from "../objectives/catalog.js";
import type { Objective } from "../objectives/index.js";
import { requireSameConfig } from "../train/index.js";
import { chooseCadence, chooseConfig, overrideConfig } from "./choices.js";
import type { TrainChoices } from "./main-job.js";

function setOf(numImages: number, imageSize = 128, channels: 1 | 3 = 3): ImageSet {
  return {
    name: "photos",
    numImages,
    imageSize,
    channels,
    paths: Array.from({ length: numImages }, (_, i) => `${i}.png`),
    skipped: [],
    warnings: [],
    cachePath: "",
    readPixels: (indices) => new Uint8Array(indices.length * imageSize * imageSize * channels),
    close() {},
  };
}

const choose = (choices: Partial<TrainChoices> = {}, set = setOf(1000, 8)) =>
  chooseConfig({ data: "photos", ...choices }, set);

describe("what is not chosen comes from the data:", () => {
  test.each<[imageSize: number, size: number]>([
    [4, 16],
    [16, 16],
    [23, 16],
    [28, 24],
    [32, 32],
    [64, 64],
    [128, 64],
  ])("cached images of %i pixels are seen at %i", async (imageSize, size) => {
    const config = await choose({}, setOf(8, imageSize));
    expect(config.imageSize).toBe(size);
    expect(config.views.map((view) => view.size)).toEqual([size, size]);
  });

  test.each<[numImages: number, batchSize: number]>([
    [2, 2],
    [7, 2],
    [8, 2],
    [16, 4],
    [100, 16],
    [1000, 128],
    [1024, 256],
    [50_000, 256],
  ])("of %i images a batch has %i", async (numImages, batchSize) => {
    const config = await choose({}, setOf(numImages, 8));
    expect(config.batchSize).toBe(batchSize);
    // Square-root scaling from 1e-3 at 256.
    expect(config.learningRate).toBeCloseTo(2e-3 * Math.sqrt(batchSize / 256), 10);
  });

  test.each([
    ["adamw", 2e-3 * Math.sqrt(0.5), 0.04, 0.4],
    ["lars", 0.15, 1e-6, undefined],
    ["sgd", 0.025, 5e-4, undefined],
  ])("%s brings its rates, at a batch of 128; AdamW leaves the decay to the objective", async (optimizer, ...rates) => {
    const config = await choose({ optimizer, objective: "dino" });
    expect([config.learningRate, config.weightDecay, config.finalWeightDecay]).toEqual(rates);
  });

  test.each<[numImages: number, epochs: number]>([
    [16, 400],
    [10_000, 100],
    [500_000, 10],
  ])("%i images are seen %i times", async (numImages, epochs) => {
    const { totalSteps, batchSize, warmupSteps } = await choose({}, setOf(numImages, 1));
    expect(totalSteps).toBe(epochs * Math.floor(numImages / batchSize));
    expect(warmupSteps).toBe(Math.min(500, Math.floor(totalSteps / 10)));
  });

  test("and from the objective and the machine", async () => {
    const config = await choose({ objective: "lejepa" }, setOf(100, 16, 1));
    expect(config).toMatchObject({
      data: { source: "photos", numImages: 100, channels: 1, digest: expect.stringMatching(/^[0-9a-f]{16}$/) },
      objective: { name: "lejepa", options: { regularizerWeight: 0.05, domain: "half" } },
      encoder: { name: "convnet", options: { stages: 4 } },
      projector: { outDim: 64 },
      numGlobalViews: 2,
      seed: 0,
      numThreads: availableParallelism(),
      engine: "native",
    });
    expect(config.data).not.toHaveProperty("labels");
  });

  test("the defaults fit each other: every objective and encoder builds on the smallest images", async () => {
    const { buildModel } = await import("../train/index.js");
    for (const encoder of ["convnet", "vit"]) {
      for (const objective of ["simclr", "vicreg", "lejepa"]) {
        const config = await choose({ encoder, objective }, setOf(4, 1));
        expect(() => buildModel(config)).not.toThrow();
      }
    }
  });

  const ofImages = Object.values<Objective>(objectives).filter(({ needs }) => !needs.inTime);
  test.each(ofImages.map(({ name }) => name))(
    "with nothing chosen but %s, an encoder that serves it",
    async (objective) => {
      const { buildModel } = await import("../train/index.js");
      const config = await choose({ objective });
      expect(() => buildModel(config)).not.toThrow();
      expect(config.encoder.name).toBe(["mae", "iJepa", "data2vec"].includes(objective) ? "vit" : "convnet");
    },
  );
});

test("what is chosen is taken", async () => {
  const views = [24, 24, 12].map((size) => recipeFor("lejepaLocal", { size }));
  const config = await choose({
    objective: "lejepa",
    objectiveOptions: { numSlices: 64 },
    encoder: "vit",
    encoderOptions: { depth: 2 },
    projector: { outDim: 32 },
    size: 24,
    views,
    epochs: 2.5,
    batch: 100,
    chunk: 30,
    seed: 5,
    learningRate: 0.01,
    weightDecay: 0,
    threads: 3,
    engine: "wasm",
    labels: "labels.csv",
  });
  expect(config).toMatchObject({
    data: { labels: "labels.csv" },
    imageSize: 24,
    objective: { options: { numSlices: 64, regularizerWeight: 0.05 } },
    encoder: { name: "vit", options: { depth: 2, width: 192 } },
    projector: { outDim: 32, numHiddenLayers: 2 },
    views,
    numGlobalViews: 2,
    totalSteps: 25,
    batchSize: 100,
    chunkSize: 30,
    seed: 5,
    learningRate: 0.01,
    weightDecay: 0,
    numThreads: 3,
    engine: "wasm",
  });
  const strong = await choose({ strength: 2 });
  expect(strong.views).not.toEqual((await choose()).views);
});

test("a chunk of the whole batch or more is no chunk", async () => {
  for (const chunk of [50, 64]) expect(await choose({ batch: 50, chunk })).not.toHaveProperty("chunkSize");
  expect(await choose({ batch: 50 })).not.toHaveProperty("chunkSize");
});

describe("a choice that does not fit is refused in words", () => {
  test.each<[choices: object, message: RegExp]>([
    [{ objective: "simcrl" }, /unknown objective "simcrl"\. Did you mean "simclr"\?/],
    [{ encoder: "resnut" }, /unknown encoder "resnut".*Known: .*convnet/],
    [{ engine: "cuda" }, /unknown engine "cuda".*native/],
    [{ objectiv: "simclr" }, /unknown choice "objectiv"\. Did you mean "objective"\?/],
    [{ objectiveOptions: { temprature: 1 } }, /Did you mean "temperature"/],
    [{ objectiveOptions: { temperature: -1 } }, /"temperature" must be a finite number, at least 0\.01/],
    [{ projector: { outDim: 0 } }, /"outDim" must be a whole number, at least 1/],
    [{ size: 0 }, /"size" must be a whole number, at least 4 and at most 1024, got 0/],
    [{ size: 32.5 }, /"size"/],
    [{ chunk: 0 }, /"chunk" must be a whole number, at least 1, got 0/],
    [{ batch: 1 }, /"batch" must be a whole number, at least 2, got 1/],
    [{ batch: 2000 }, /"batch" must be at most the 1000 images there are, got 2000/],
    [{ steps: 0 }, /"steps" must be a whole number, at least 1/],
    [{ epochs: 0 }, /"epochs" must be more than 0/],
    [{ epochs: Number.NaN }, /"epochs" must be more than 0/],
    [{ minutes: -1 }, /"minutes" must be more than 0/],
    [{ minutes: 1, epochs: 1 }, /"epochs and minutes"/],
    [{ seed: 1.5 }, /"seed" must be a whole number/],
    [{ learningRate: "fast" }, /"learningRate" must be a number, got "fast"/],
    [{ learningRate: Number.POSITIVE_INFINITY }, /"learningRate"/],
    [{ threads: 0 }, /"threads"/],
    [{ strength: 9 }, /"strength" must be from 0 to 4/],
    [{ views: [] }, /"views" must be at least 2 for simclr, got 0/],
    [{ views: [{ size: 16, steps: [{ name: "crop" }] }] }, /views/],
    [{ numGlobalViews: 3 }, /"numGlobalViews" must be a whole number, at least 1 and at most 2/],
  ])("%j", async (choices, message) => {
    await expect(choose(choices as Partial<TrainChoices>)).rejects.toThrow(message);
  });
});

describe("cadence", () => {
  test("is a tenth and a fortieth of the run, within bounds", () => {
    expect(chooseCadence({}, 1)).toEqual({ checkpointEvery: 1, metersEvery: 1 });
    expect(chooseCadence({}, 400)).toEqual({ checkpointEvery: 40, metersEvery: 10 });
    expect(chooseCadence({}, 1e6)).toEqual({ checkpointEvery: 200, metersEvery: 50 });
    expect(chooseCadence({ checkpointEvery: 7, metersEvery: 3 }, 400)).toEqual({ checkpointEvery: 7, metersEvery: 3 });
  });

  test("of nothing is refused", () => {
    expect(() => chooseCadence({ checkpointEvery: 0 }, 10)).toThrow(/"checkpointEvery"/);
    expect(() => chooseCadence({ metersEvery: 0.5 }, 10)).toThrow(/"metersEvery"/);
  });
});

describe("overrideConfig", () => {
  const choices: Partial<TrainChoices> = {
    objective: "vicreg",
    objectiveOptions: { covarianceWeight: 2 },
    encoderOptions: { width: 8 },
    strength: 0.5,
    size: 16,
    epochs: 3,
    batch: 50,
    chunk: 20,
    seed: 4,
  };

  test("the choices a run began with change nothing, and neither do place, time and cadence", async () => {
    const saved = await choose(choices);
    expect(() => requireSameConfig(saved, overrideConfig(saved, choices))).not.toThrow();
    expect(overrideConfig(saved, { minutes: 5, out: "x", data: "moved", checkpointEvery: 1 })).toEqual(saved);
  });

  test.each<[Partial<TrainChoices>, RegExp]>([
    [{ objective: "simclr" }, /objective\.name: was "vicreg", now "simclr"/],
    [{ objectiveOptions: { covarianceWeight: 3 } }, /objective\.options\.covarianceWeight: was 2, now 3/],
    [{ strength: 1 }, /views\.0\.steps/],
    [{ size: 24 }, /imageSize: was 16, now 24/],
    [{ steps: 99 }, /totalSteps: was 60, now 99/],
    [{ epochs: 6 }, /totalSteps: was 60, now 120/],
    [
      { batch: 10, threads: 77 },
      /batchSize: was 50, now 10; chunkSize: was 20, now undefined; numThreads: was \d+, now 77/,
    ],
    [{ chunk: 25 }, /chunkSize: was 20, now 25/],
    [{ chunk: 50 }, /chunkSize: was 20, now undefined/],
    [{ labels: "other.csv" }, /data\.labels: was undefined, now "other\.csv"/],
  ])("a changed choice is named by its key: %j", async (change, message) => {
    const saved = await choose(choices);
    expect(() => requireSameConfig(saved, overrideConfig(saved, change))).toThrow(message);
  });
});
