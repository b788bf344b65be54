/** The collapse doctor beside real short trainings: it finds every illness that is induced, and none in health. */
import { describe, expect, test } from "vitest";
import { TINY_SIZE } from "../train/testing/tiny-run.js";
import { usePictures } from "../train/testing/use-pictures.js";
import { diagnoseRun, type RunVerdict, type TrainChoices, trainImages } from "./index.js";

const pictures = usePictures(128);

/** Train a small ConvNet, with what the test changes. */
function choicesOf(name: string, changes: Partial<TrainChoices>): TrainChoices {
  return {
    data: pictures.folder,
    out: pictures.path(name),
    size: TINY_SIZE,
    batch: 64,
    steps: 40,
    metersEvery: 5,
    threads: 2,
    learningRate: 1e-3,
    encoder: "convnet",
    ...(changes.encoder === undefined && { encoderOptions: { width: 16, stages: 3 } }),
    ...changes,
  };
}

/** Every verdict of a run, in order, and the last one. */
async function verdictsOf(name: string, changes: Partial<TrainChoices>) {
  const seen: RunVerdict[] = [];
  const onProgress = ({ verdict }: { verdict?: RunVerdict }) => {
    if (verdict !== undefined && verdict !== seen.at(-1)) seen.push(verdict);
  };
  const { verdict, path } = await trainImages(choicesOf(name, changes), { onProgress });
  return { names: seen.map((one) => one.name), last: verdict!, path };
}

describe("a healthy run raises no alarm, at any reading:", () => {
  test.each(["simclr", "vicreg", "lejepa"])("%s", async (objective) => {
    const projector = { hiddenDim: 128, numHiddenLayers: 2, outDim: 64 };
    const { names, last } = await verdictsOf(`healthy-${objective}`, { objective, projector });
    expect(names).toHaveLength(8);
    expect(new Set(names)).toEqual(new Set(["healthy"]));
    expect(last).toMatchObject({ isHealthy: true, remedy: "" });
    expect(last.evidence).toMatch(/effective rank/);
  });
});

const vit = { encoder: "vit", encoderOptions: { width: 32, depth: 1, numHeads: 2 } };
const wide = { hiddenDim: 64, numHiddenLayers: 1, outDim: 64 };
const narrow = { hiddenDim: 64, numHiddenLayers: 1, outDim: 32 };

describe("an illness that is induced is found:", () => {
  test.each<[verdict: string, cause: string, changes: Partial<TrainChoices>, remedy: RegExp]>([
    [
      "norm-collapse",
      "VICReg without its variance term",
      { objective: "vicreg", objectiveOptions: { varianceWeight: 0 }, projector: narrow, learningRate: 4e-3 },
      /variance or SIGReg weight/,
    ],
    [
      "complete-collapse",
      "LeJEPA without SIGReg",
      {
        objective: "lejepa",
        objectiveOptions: { regularizerWeight: 0 },
        projector: narrow,
        learningRate: 1e-2,
        steps: 80,
      },
      /same answer/,
    ],
    [
      "dimensional-collapse",
      "VICReg without its covariance term",
      { objective: "vicreg", objectiveOptions: { covarianceWeight: 0 }, projector: wide, steps: 60 },
      /covariance/,
    ],
    [
      "mean-shift",
      "SimCLR without BatchNorm anywhere, hardly learning",
      {
        ...vit,
        objective: "simclr",
        projector: { numHiddenLayers: 0, outDim: 32 },
        learningRate: 1e-6,
        batch: 128,
      },
      /offset/,
    ],
    [
      "divergence",
      "LeJEPA at a learning rate of 20",
      { objective: "lejepa", projector: narrow, learningRate: 20, steps: 10 },
      /learning rate/,
    ],
  ])("%s, from %s", async (verdict, cause, changes, remedy) => {
    const { last, path } = await verdictsOf(cause, changes);
    expect(last).toMatchObject({ name: verdict, isHealthy: false });
    expect(last.evidence).not.toBe("");
    expect(last.remedy).toMatch(remedy);
    const diagnosis = await diagnoseRun(path);
    expect(diagnosis.verdict).toEqual(last);
    expect(diagnosis.text).toContain(`verdict: ${verdict}`);
  });

  test("divergence, from a loss that becomes NaN: the run ends, the folder tells", async () => {
    const choices = choicesOf("nan", { objective: "simclr", learningRate: 1e30, projector: narrow });
    await expect(trainImages(choices)).rejects.toThrow(/the loss term ntXent is NaN at step \d+.*learning rate/);
    const diagnosis = await diagnoseRun(pictures.path("nan"));
    expect(diagnosis.verdict).toMatchObject({ name: "divergence", evidence: "the loss is not finite" });
  });
});
