import { expect, test } from "vitest";
import type { Illness } from "./findings.js";
import { type Circumstances, type KeptApartBy, remedyFor } from "./remedies.js";

const run: Circumstances = {
  learningRate: 2e-3,
  weightDecay: 0.1,
  batchSize: 128,
  numImages: 200,
  totalSteps: 1000,
  changedOptions: [],
};

test.each<[Illness, string]>([
  ["complete-collapse", "Try: --lr 0.00067 --batch 200."],
  ["norm-collapse", "Try: --lr 0.00067 --weight-decay 0.01."],
  ["mean-shift", "Try: --lr 0.006 --batch 200."],
  ["dimensional-collapse", "Try: --batch 200 --strength 1."],
  ["divergence", "Try: --lr 0.0002."],
  ["starved-by-data", "Try: --strength 1."],
])("%s: %s", (name, flags) => {
  expect(remedyFor(name, run).endsWith(` ${flags}`)).toBe(true);
});

test("what was changed about the objective comes first", () => {
  const changedOptions = [{ name: "varianceWeight", value: 0, published: 25 }];
  expect(remedyFor("norm-collapse", { ...run, changedOptions })).toMatch(/Try: --set varianceWeight=25 \(it is 0\)\.$/);
});

test("unseen images say how long to train", () => {
  expect(remedyFor("starved-by-data", { ...run, bestStep: 240 })).toMatch(/Try: --steps 240 --strength 1\.$/);
});

test("a batch is not made larger than the set, nor a decay lower that hardly matters", () => {
  const small = { ...run, numImages: 128, weightDecay: 1e-4 };
  expect(remedyFor("dimensional-collapse", small)).toMatch(/Try: --strength 1\.$/);
  expect(remedyFor("norm-collapse", small)).toMatch(/Try: --lr 0\.00067\.$/);
});

test("without a run only the advice", () => {
  expect(remedyFor("temporal-collapse")).not.toMatch(/Try/);
});

test("advice is about what this objective keeps answers apart by", () => {
  const advice = (keptApartBy: KeptApartBy) => remedyFor("dimensional-collapse", { ...run, keptApartBy });
  expect(advice("loss")).toMatch(/SIGReg weight/);
  expect(advice("target")).toMatch(/target move more slowly/);
  expect(advice("pixels")).toMatch(/Hide more/);
  for (const kind of ["target", "pixels"] as const) expect(advice(kind)).not.toMatch(/SIGReg|[{}]/);
});
