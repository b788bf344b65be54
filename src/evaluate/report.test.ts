import { beforeAll, describe, expect, test } from "vitest";
import { chooseEngine, type Engine, keyFor, Random } from "../compute/index.js";
import { type EvaluationTask, evaluateFeatures } from "./evaluate-features.js";
import type { Features } from "./features.js";
import { flatReport } from "./report.js";
import { renderReport } from "./report-table.js";

let engine: Engine;
beforeAll(async () => {
  engine = await chooseEngine();
});

/** Images of three classes (sizes 6 : 3 : 1); `distance` is how far apart an encoder puts the classes. */
function features(dim: number, distance: number, seed: number): Features {
  const random = new Random(keyFor(seed, "features"));
  const values = Float32Array.from({ length: 200 * dim }, (_, i) => {
    return random.normal() + (i % dim === labelOf(Math.floor(i / dim)) ? distance : 0);
  });
  return { numImages: 200, dim, values };
}

function labelOf(image: number): number {
  return image % 10 < 6 ? 0 : image % 10 < 9 ? 1 : 2;
}

function taskOf(changes: Partial<EvaluationTask> = {}): EvaluationTask {
  const images = Int32Array.from({ length: 200 }, (_, i) => i);
  return {
    encoder: features(8, 9, 1),
    randomInit: features(8, 0, 2),
    rawPixels: features(12, 2, 3),
    labels: images.map(labelOf),
    classNames: ["cat", "dog", "owl"],
    split: { train: images.subarray(0, 150), test: images.subarray(150) },
    seed: 1,
    engine,
    ...changes,
  };
}

test("a report: floors by hand, the encoder above them, everything in plain JSON", async () => {
  const seen: string[] = [];
  const gallery = features(8, 9, 7);
  const queries = { ...gallery, values: gallery.values.map((x) => 2 * x + 0.01) };
  const matches = {
    copies: {
      title: "copy detection",
      truth: Int32Array.from({ length: 200 }, (_, i) => i),
      encoder: { queries, gallery },
    },
  };
  const report = await evaluateFeatures(taskOf({ onProgress: (what) => seen.push(what), matches }));
  expect(report).toMatchObject({ n: 50, numTrain: 150, numClasses: 3, classNames: ["cat", "dog", "owl"] });
  expect(report.floors!.chance).toBeCloseTo(1 / 3, 12);
  expect(report.floors!.majority).toBeCloseTo(0.6, 12);
  // 30, 15 and 5 test images: (30·29 + 15·14 + 5·4) / (50·49)
  expect(report.floors!.retrievalChance).toBeCloseTo(1100 / 2450, 12);
  for (const key of ["knn", "linear", "retrieval"] as const) {
    expect(report[key]!.mean).toBeGreaterThan(0.95);
    expect(report.floors!.randomInit![key].mean).toBeLessThan(0.75);
  }
  expect(report.floors!.rawPixels!.knn.metric).toMatch(/cosine|euclidean/);
  expect(Object.keys(report.fewShot!)).toEqual(["1", "5", "10", "50"]);
  expect(report.matches!.copies!.encoder.mean).toBe(1);
  expect(seen).toContain("raw pixels: linear");
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);

  const flat = flatReport(report) as { knn: number; floors: Record<string, unknown>; fewShot: Record<string, unknown> };
  expect(flat.knn).toBe(report.knn!.mean);
  expect(Object.keys(flat.floors)).toEqual([
    "chance",
    "majority",
    "retrievalChance",
    "chanceOf",
    "rawPixels",
    "pca",
    "randomInit",
  ]);
  expect(Object.keys(flat.fewShot["1"] as object)).toEqual(["mean", "low", "high"]);

  const table = renderReport(report);
  const lines = table.split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(lines.find((line) => line.startsWith("kNN"))).toMatch(
    /33\.3 +60\.0 +\d+\.\d (cos|euc) +\d+\.\d (cos|euc) +\d+\.\d +\d+\.\d/,
  );
  expect(table).toMatch(/copy detection: 200 searches among 200 images/);
  expect(table).toMatch(/few-shot, 1 a class/);
  expect(table).toMatch(/^copy detection +0\.5 /m);
});

test("the same task gives the same report", async () => {
  expect(await evaluateFeatures(taskOf())).toEqual(await evaluateFeatures(taskOf()));
});

test("without labels: metrics only, and the table says what there is", async () => {
  const { labels, classNames, ...rest } = taskOf();
  const report = await evaluateFeatures(rest);
  expect(report.knn).toBeUndefined();
  expect(report.metrics.effectiveRank).toBeGreaterThan(2);
  expect(renderReport(report)).toMatch(/^features: effective rank/);
});

test("images without a label are left out of the probes", async () => {
  const task = taskOf();
  const labels = task.labels!.map((label, image) => (image % 2 === 0 ? label : -1));
  expect(await evaluateFeatures({ ...task, labels })).toMatchObject({ n: 25, numTrain: 75 });
});

describe("refused with a reason", () => {
  const nan = features(8, 1, 1);
  nan.values[13] = Number.NaN;
  test.each<[string, Partial<EvaluationTask>, RegExp]>([
    [
      "other images",
      { rawPixels: { numImages: 1, dim: 2, values: new Float32Array(2) } },
      /"rawPixels".*\[200, dim\].*same images/,
    ],
    ["labels of other images", { labels: new Int32Array(3) }, /"labels".*\[200\]/],
    ["one class", { labels: new Int32Array(200) }, /two classes/],
    ["no labels at all", { labels: new Int32Array(200).fill(-1) }, /got 0 labelled training/],
    ["an empty split", { split: { train: [], test: [1, 2] } }, /split\.train/],
    ["a stray index", { split: { train: [0, 200], test: [1, 2] } }, /below 200/],
    ["NaN", { encoder: nan }, /"encoder".*row 1, dimension 5/],
  ])("%s", async (_name, changes, message) => {
    await expect(evaluateFeatures(taskOf(changes))).rejects.toThrow(message);
  });
});
