/** The collapse doctor beside a run: what it writes, and that it changes nothing. What it finds: doctor-confusion.test.ts. */
import { describe, expect, test } from "vitest";
import { readingsOfLines } from "../evaluate/index.js";
import { RunFolder } from "../train/index.js";
import { TINY_SIZE } from "../train/testing/tiny-run.js";
import { usePictures } from "../train/testing/use-pictures.js";
import { diagnoseRun, type RunVerdict, type TrainChoices, trainImages } from "./index.js";

const pictures = usePictures(32);

function choicesOf(name: string, changes: Partial<TrainChoices>): TrainChoices {
  return {
    data: pictures.folder,
    out: pictures.path(name),
    size: TINY_SIZE,
    batch: 8,
    steps: 12,
    metersEvery: 4,
    threads: 1,
    learningRate: 1e-3,
    encoder: "vit",
    encoderOptions: { width: 16, depth: 1, numHeads: 2 },
    projector: { hiddenDim: 32, numHiddenLayers: 1, outDim: 16 },
    ...changes,
  };
}

async function readingsOf(path: string) {
  return readingsOfLines((await RunFolder.open(path)).readMetrics());
}

describe("a run with everything there is to read", () => {
  test("layers, gradients, target and unseen images are in its folder, and in what the command shows", async () => {
    const seen: RunVerdict[] = [];
    const onProgress = ({ verdict }: { verdict?: RunVerdict }) => verdict && seen.push(verdict);
    const { path, verdict } = await trainImages(choicesOf("byol", { objective: "byol", holdOut: 8 }), { onProgress });
    const readings = await readingsOf(path);
    expect(readings.map(({ step }) => step)).toEqual([4, 8, 12]);
    const { layers = {}, gradients = {}, target, data, features } = readings.at(-1)!;
    expect(Object.keys(layers)).toEqual(["blocks.0", "blocks.0.attention", "blocks.0.mlp"]);
    expect(layers["blocks.0"]!.effectiveRank).toBeGreaterThan(1);
    expect(layers["blocks.0.attention"]!.leastAttentionEntropy).toBeLessThanOrEqual(1.001);
    expect(layers["blocks.0.mlp"]!.deadUnits).toBeLessThan(0.5);
    expect(Object.keys(gradients)).toEqual(["encoder", "projector", "predictor"]);
    expect(target!.drift).toBeGreaterThan(0);
    expect(target!.featureCosine).toBeGreaterThan(0.5);
    expect(data!.unseenLoss).toBeGreaterThan(0);
    expect(features!.maxRank).toBe(7);

    const diagnosis = await diagnoseRun(path);
    expect(diagnosis.verdict).toEqual(verdict);
    expect(seen.at(-1)).toEqual(verdict);
    expect(diagnosis.meters["layers/blocks.0.mlp/deadUnits"]).toBe(layers["blocks.0.mlp"]!.deadUnits);
    expect(diagnosis.text).toMatch(/meters at step 12:\n.*healthy/);
    expect(diagnosis.text).toMatch(/loss of unseen images/);
    expect(diagnosis.text).toMatch(/blocks\.0\.attention .*1/);
  });

  test("pairs of views are read where an objective compares them", async () => {
    const { path } = await trainImages(choicesOf("simclr", { objective: "simclr" }));
    const { pairs, target, data } = (await readingsOf(path)).at(-1)!;
    expect(pairs!.similarityGap).toBeCloseTo(pairs!.positiveSimilarity - pairs!.negativeSimilarity, 6);
    expect([target, data]).toEqual([undefined, undefined]);
  });

  test("looking changes nothing: the same bits, however often it looks", async () => {
    const stateAfter = async (name: string, metersEvery: number) => {
      const { path } = await trainImages(choicesOf(name, { metersEvery, holdOut: 8, objective: "byol" }));
      return (await RunFolder.open(path)).loadParameters();
    };
    expect(await stateAfter("often", 1)).toEqual(await stateAfter("never", 100));
  });

  test("too few images set aside for a batch: they are not asked", async () => {
    const { path } = await trainImages(choicesOf("few", { holdOut: 7 }));
    expect((await readingsOf(path)).every(({ data }) => data === undefined)).toBe(true);
  });
});

test("divergence, from a loss that becomes NaN: the run ends, the folder tells, with the meters before it", async () => {
  const choices = choicesOf("nan", { objective: "simclr", learningRate: 1e30, metersEvery: 1 });
  await expect(trainImages(choices)).rejects.toThrow(/the loss term ntXent is NaN at step \d+.*learning rate/);
  const { verdict, text } = await diagnoseRun(pictures.path("nan"));
  expect(verdict).toMatchObject({ name: "divergence", evidence: "the loss is not finite" });
  expect(verdict.remedy).toMatch(/--lr 1e\+29/);
  expect(text).toMatch(/verdict: divergence/);
});
