import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TINY_SIZE, writePictures } from "../train/testing/tiny-run.js";
import { usePictures } from "../train/testing/use-pictures.js";
import { evaluateRun, type TrainChoices, trainImages } from "./index.js";
import { bestLook, KNN_METRIC } from "./knn-hook.js";

const pictures = usePictures(4);

test("the best look is the first of the highest, beside the last", () => {
  const line = (step: number, value: number | null, name = KNN_METRIC) => ({ step, name, value });
  expect(bestLook([line(10, 0.3, "train/total")])).toBeUndefined();
  const lines = [line(10, 0.3), line(20, 0.6), line(25, null), line(30, 0.6), line(40, 0.5)];
  expect(bestLook(lines)).toEqual({ step: 20, knn: 0.6, lastKnn: 0.5, numLooks: 4 });
});

test("a run that looks has its best step named, and is otherwise the same run; without labels or hold-out it is refused", async () => {
  const data = pictures.path("classes");
  await writePictures(
    data,
    Array.from({ length: 24 }, (_, i) => `${i % 2 ? "a" : "b"}/${i}.png`),
  );
  const choices: TrainChoices = {
    data,
    encoderOptions: { width: 4, stages: 2 },
    projector: { hiddenDim: 8, numHiddenLayers: 1, outDim: 4 },
    size: TINY_SIZE,
    batch: 8,
    steps: 4,
    holdOut: 8,
  };
  const [watched, plain] = [pictures.path("watched"), pictures.path("plain")];
  await trainImages({ ...choices, out: watched, knnEvery: 2 });
  await trainImages({ ...choices, out: plain });
  const lines = readFileSync(join(watched, "metrics.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line.includes(KNN_METRIC));
  expect(lines.map((line) => JSON.parse(line).step)).toEqual([2, 4]);
  const checkpoint = (run: string) => readFileSync(join(run, "checkpoints", "last.safetensors"));
  expect(checkpoint(watched).equals(checkpoint(plain))).toBe(true);
  const { report, text } = await evaluateRun(watched, { pictures: false });
  expect(report.checkpoint!.best).toMatchObject({ numLooks: 2 });
  expect(text).toMatch(/best of 2 looks during training: kNN \d/);
  const { holdOut, ...rest } = choices;
  const refused = trainImages({ ...rest, out: pictures.path("refused"), knnEvery: 2 });
  await expect(refused).rejects.toThrow(/"knnEvery".*--hold-out/);
  const unlabelled = trainImages({
    ...choices,
    data: pictures.folder,
    holdOut: 2,
    batch: 2,
    out: pictures.path("no"),
    knnEvery: 1,
  });
  await expect(unlabelled).rejects.toThrow(/images without labels/);
});
