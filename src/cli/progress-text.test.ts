import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import {
  renderDataProgress,
  renderStage,
  renderTrainProgress,
  renderVerdict,
  type TrainProgress,
} from "./progress-text.js";

const progress: TrainProgress = {
  noun: "image",
  step: 120,
  totalSteps: 3000,
  epoch: 3,
  imagesPerSecond: 361.4,
  secondsLeft: 130,
  scalars: { "train/total": 3.40561, "train/ntXent": 3.40561, "train/gradientNorm": 2, "train/learningRate": 1e-3 },
};
const collapse = {
  name: "norm-collapse",
  isHealthy: false,
  evidence: "std 0.01; rank 60",
  remedy: "Raise the weight.",
};
const plain = stripVTControlCharacters;

test("a step: epochs count from one, a single term is the loss itself", () => {
  expect(renderTrainProgress(progress)).toBe("step 120/3,000 · epoch 4 · 361 images/s · 2 min 10 s left · loss 3.406");
});

test("several terms and the verdict", () => {
  const scalars = { "train/total": 1.5, "train/invariance": 0.25, "train/sigreg": 12.5 };
  const text = plain(renderTrainProgress({ ...progress, scalars, verdict: collapse }));
  expect(text).toMatch(/ left · norm-collapse · loss 1\.5 \(invariance 0\.25, sigreg 12\.5\)$/);
});

test("a verdict in full", () => {
  expect(plain(renderVerdict(collapse))).toBe("norm-collapse:\n  std 0.01; rank 60\n  Raise the weight.");
});

test("data and stages", () => {
  const decoding = { stage: "decoding", done: 120, total: 1204, perSecond: 350.2, secondsLeft: 3.1 };
  expect(renderDataProgress(decoding)).toBe("decoding 120/1,204 · 350/s · 3.1 s left");
  expect(renderStage("embedding: encoder", 512, 1204)).toBe("embedding: encoder 512/1,204");
  expect(renderStage("linear probe", 0, 0)).toBe("linear probe");
});
