import { describe, expect, test } from "vitest";
import type { ImageSet } from "../data/index.js";
import type { StepMeasurement } from "../train/index.js";
import { chooseConfig } from "./choices.js";
import type { TrainChoices } from "./main-job.js";
import { planOf } from "./train-plan.js";

const set: ImageSet = {
  name: "photos",
  numImages: 100,
  imageSize: 16,
  channels: 3,
  paths: Array.from({ length: 100 }, (_, i) => `${i}.png`),
  skipped: [],
  warnings: ["a warning of the images"],
  cachePath: "",
  readPixels: (indices) => new Uint8Array(indices.length * 3 * 16 * 16),
  close() {},
};

const measured: StepMeasurement = {
  secondsPerStep: 0.5,
  imagesPerSecond: 64,
  numSteps: 3,
  peakBytes: 1e6,
  freeBytes: 4e9,
  residentBytes: 3e8,
  secondsSpent: 1,
};

async function plan(choices: Partial<TrainChoices>, measurement: Partial<StepMeasurement> = {}) {
  const config = await chooseConfig({ data: "photos", batch: 32, ...choices }, set);
  return planOf(config, "runs/x", set, { ...measured, ...measurement });
}

test("the plan announces the memory that was measured", async () => {
  expect((await plan({})).estimatedBytes).toBe(3e8);
});

describe("the plan warns", () => {
  test("of nothing that is as it should be", async () => {
    for (const choices of [{}, { chunk: 8, encoder: "vit" }, { chunk: 32 }]) {
      expect((await plan(choices)).warnings).toEqual(["a warning of the images"]);
    }
  });

  test("that BatchNorm sees a chunk as its batch, and names the encoders without", async () => {
    const [, warning] = (await plan({ chunk: 8 })).warnings;
    expect(warning).toMatch(/^BatchNorm in the convnet normalises each chunk of 8 images by itself.*--encoder vit/);
    expect(warning).toContain("--encoder-set normalization=group");
    expect((await plan({ chunk: 8, encoderOptions: { normalization: "group" } })).warnings).toHaveLength(1);
  });

  test("only of encoders that fit the images", async () => {
    const [, warning] = (await plan({ chunk: 8, size: 18 })).warnings; // no multiple of a patch
    expect(warning).not.toContain("--encoder vit");
  });

  test("that memory is short, with a chunk that would do", async () => {
    const [, warning] = (await plan({}, { peakBytes: 8e9, freeBytes: 4e9 })).warnings;
    // half of 32 images fit, and a third is left as a margin
    expect(warning).toMatch(/^It may need 8\.\d GB of memory; 4\.0 GB are free\. .*--chunk 8/);
  });
});
