import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import type { TrainPlan } from "../recipes/index.js";
import { renderPlan } from "./plan-text.js";

const crop = { name: "randomResizedCrop" } as const;
const plan = {
  config: {
    data: { source: "./my photos", labels: "labels.csv", numImages: 1204, channels: 3 },
    imageSize: 32,
    objective: { name: "lejepa", options: { regularizerWeight: 0.05, domain: "half" } },
    encoder: { name: "convnet", options: {} },
    projector: { hiddenDim: 512, numHiddenLayers: 1, outDim: 64 },
    optimizer: { name: "adamw", options: {} },
    views: [
      { size: 32, steps: [crop, { name: "horizontalFlip" }] },
      { size: 16, steps: [crop] },
      { size: 32, steps: [crop, { name: "horizontalFlip" }] },
    ],
    numGlobalViews: 2,
    batchSize: 256,
    totalSteps: 300,
    warmupSteps: 30,
    learningRate: 1e-3,
    finalLearningRate: 0,
    weightDecay: 1e-4,
    maxGradientNorm: 10,
    seed: 7,
    engine: "native",
    numThreads: 2,
  },
  path: "runs/my-photos-lejepa",
  noun: "image",
  numImages: 1204,
  skipped: [],
  warnings: [],
  numParameters: 1_404_000,
  stepsPerEpoch: 4,
  imagesPerSecond: 384,
  estimatedSeconds: 200,
  estimatedBytes: 340e6,
} as unknown as TrainPlan; // the digest of the data and such say nothing to people

const lines = (changes: Partial<TrainPlan> = {}): string[] =>
  stripVTControlCharacters(renderPlan({ ...plan, ...changes })).split("\n");

test("says what is about to happen", () => {
  expect(lines()).toEqual([
    "data       ./my photos · 1,204 images · colour · 32 × 32 px · labels for evaluation: labels.csv",
    "encoder    convnet · 1.40 M parameters",
    "objective  lejepa (regularizerWeight 0.05, domain half)",
    "projector  1 hidden layer of 512, projections of 64",
    "views      2 × 32 px: random resized crop, horizontal flip",
    "           1 × 16 px: random resized crop",
    "batch      256 of 1,204 images · 4 steps an epoch",
    "schedule   300 steps (75 epochs)",
    "optimizer  adamw · learning rate 0.001 after 30 steps of warm-up, cosine to 0 · weight decay 0.0001",
    "engine     native, 2 threads · seed 7",
    "estimate   3 min 20 s at 384 images/s · 340 MB of memory",
    "run        runs/my-photos-lejepa",
  ]);
});

test("says how many images are encoded at a time, if not the whole batch", () => {
  const text = lines({ config: { ...plan.config, batchSize: 1024, chunkSize: 64 } });
  expect(text).toContain("batch      1,024 of 1,204 images · encoded 64 at a time · 4 steps an epoch");
});

test("lists skipped files with their reasons, the first three, and warnings", () => {
  const skipped = Array.from({ length: 7 }, (_, i) => ({ path: `${i}.png`, reason: "cannot be decoded" }));
  const text = lines({ skipped, warnings: ["labels.csv has no label for 3 of 1204 images"] });
  expect(text[0]).toContain("1,204 images, 7 skipped");
  expect(text.slice(-5)).toEqual([
    ...["0", "1", "2"].map((name) => `skipped: ${name}.png: cannot be decoded`),
    "skipped: 4 more",
    "warning: labels.csv has no label for 3 of 1204 images",
  ]);
});

test("a resumed run says where it goes on, and estimates what is left", () => {
  const text = lines({ resumedFrom: 240 });
  expect(text).toContain("schedule   300 steps (75 epochs), going on from step 240");
  expect(text).toContain("estimate   40 s at 384 images/s · 340 MB of memory");
});

test("of a series it says the channels and how windows are cut", () => {
  const series = { columns: ["x", "y"], window: 64, stride: 32, missing: "interpolate", time: "t", label: "regime" };
  const data = { kind: "series", source: "sensor.csv", numImages: 312, channels: 2, series };
  const config = { ...plan.config, data, imageSize: 64, views: [{ size: 64, steps: [{ name: "timeCrop" }] }] };
  const shown = lines({ config: config as never, noun: "window", numImages: 312 });
  expect(shown[0]).toBe(
    "data       sensor.csv · 312 windows · 2 channels (x, y) · 64 rows each, every 32 · time: t · label for evaluation: regime",
  );
  expect(shown).toContain("views      1 × 64 steps: time crop");
  expect(shown.join()).toContain("of 312 windows");
});
