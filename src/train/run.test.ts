import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { subset } from "../data/index.js";
import type { TrainConfig } from "./config.js";
import { type RunOptions, runTraining, type TrainHook } from "./run.js";
import { RunFolder } from "./run-folder.js";
import { tinyConfig } from "./testing/tiny-run.js";
import { usePictures } from "./testing/use-pictures.js";

const pictures = usePictures(16);

/** Train a few steps into a folder of this name. */
function run(name: string, changes: Partial<TrainConfig> = {}, options: Partial<RunOptions> = {}) {
  const config = tinyConfig(pictures.set, { totalSteps: 7, warmupSteps: 1, ...changes });
  const cadence = { checkpointEvery: 3, metersEvery: 100 };
  return runTraining({ config, cadence, set: pictures.set, path: pictures.path(name), ...options });
}

const stepsSavedIn = async (name: string) => (await RunFolder.open(pictures.path(name))).savedStep();

describe("a run", () => {
  test("calls hooks at their pace and at the end, reports progress, saves at its cadence", async () => {
    const looked: Record<string, number[]> = { two: [], hundred: [] };
    const saved: number[] = [];
    const hook = (name: string, every: number): TrainHook => ({
      name,
      every,
      observe: ({ step, report }) => {
        looked[name]!.push(step);
        expect(report.projections.shape).toEqual([8, 8]);
        return every === 2 ? { [`hook/${name}`]: 10 * step } : undefined;
      },
    });
    const progress: { step: number; epoch: number }[] = [];
    const { folder, ...result } = await run("hooks", undefined, {
      hooks: [hook("two", 2), hook("hundred", 100)],
      onProgress({ step, epoch, totalSteps, secondsLeft, imagesPerSecond }) {
        progress.push({ step, epoch });
        expect(totalSteps).toBe(7);
        expect(secondsLeft * imagesPerSecond).toBeCloseTo(8 * (7 - step), 6);
        // What was saved after the step before this one.
        const path = pictures.path("hooks", "checkpoints", "last.safetensors");
        saved.push(existsSync(path) ? Number(/"step":"(\d+)"/.exec(readFileSync(path, "latin1"))![1]) : 0);
      },
    });
    expect(looked).toEqual({ two: [2, 4, 6, 7], hundred: [7] });
    expect(progress.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    // 16 images in batches of 8: two steps an epoch
    expect(progress.map(({ epoch }) => epoch)).toEqual([0, 0, 1, 1, 2, 2, 3]);
    expect(saved).toEqual([0, 0, 0, 3, 3, 3, 6]);
    expect(await stepsSavedIn("hooks")).toBe(7);
    expect(result).toMatchObject({ isFinished: true, state: { step: 7 } });
    expect(result.imagesPerSecond).toBeCloseTo((7 * 8) / result.seconds, 6);
    const lines = folder.readMetrics();
    expect(lines.filter(({ name }) => name === "hook/two").map(({ step, value }) => [step, value])).toEqual([
      [2, 20],
      [4, 40],
      [6, 60],
      [7, 70],
    ]);
    const names = new Set(lines.filter(({ step }) => step === 1).map(({ name }) => name));
    expect([...names].sort()).toEqual([
      "run/imagesPerSecond",
      "train/gradientNorm",
      "train/learningRate",
      "train/ntXent",
      "train/total",
    ]);
  });

  test("that is stopped saves where it is, and goes on from there to the same end", async () => {
    const controller = new AbortController();
    const stopAtFive = ({ step }: { step: number }) => step === 5 && controller.abort();
    const stopped = await run("stopped", undefined, { signal: controller.signal, onProgress: stopAtFive });
    expect(stopped).toMatchObject({ isFinished: false, state: { step: 5 } });
    expect(await stepsSavedIn("stopped")).toBe(5);
    const resumed = await run("stopped", undefined, { resume: true });
    expect(resumed).toMatchObject({ isFinished: true, state: { step: 7 } });
    const whole = await run("whole");
    expect(readFileSync(resumed.folder.checkpointPath)).toEqual(readFileSync(whole.folder.checkpointPath));
  });

  test("does not begin in the folder of another, nor from a stray checkpoint", async () => {
    await run("twice", { totalSteps: 3 });
    await expect(run("twice", { totalSteps: 3 })).rejects.toThrow(/a folder without a run in it/);
    const checkpoint = readFileSync(pictures.path("twice", "checkpoints", "last.safetensors"));
    await run("stray", { totalSteps: 2, seed: 1 });
    const stray = pictures.path("stray-too");
    const folder = await RunFolder.create(stray, tinyConfig(pictures.set), { checkpointEvery: 1, metersEvery: 1 });
    writeFileSync(folder.checkpointPath, checkpoint);
    rmSync(join(stray, "config.json"));
    await run("stray-too", { totalSteps: 2, seed: 1 });
    expect(readFileSync(folder.checkpointPath)).toEqual(
      readFileSync(pictures.path("stray", "checkpoints", "last.safetensors")),
    );
  });
});

describe("a run ends in words, with what it saved intact,", () => {
  test("when a loss becomes NaN: the last sound state is saved, and the broken step is on record", async () => {
    // A step that size overflows float32 in the next pass.
    const broken = run("nan", { learningRate: 1e25, warmupSteps: 0 });
    await expect(broken).rejects.toThrow(
      /train: .* is (NaN|-?Infinity) at step 2\. What was learnt up to step 1 is saved in .*lower learning rate/,
    );
    expect(await stepsSavedIn("nan")).toBe(1);
    const folder = await RunFolder.open(pictures.path("nan"));
    const lines = folder.readMetrics();
    expect(lines.filter(({ step }) => step === 1).every(({ value }) => value !== null)).toBe(true);
    expect(lines.filter(({ step }) => step === 2).some(({ value }) => value === null)).toBe(true);
  });

  test.runIf(process.platform === "linux")(
    "when the disk is full: resuming it later ends as if nothing had happened",
    async () => {
      const temporary = `${pictures.path("full", "checkpoints", "last.safetensors")}.${process.pid}.tmp`;
      const fill = ({ step }: { step: number }) => {
        if (step === 6) symlinkSync("/dev/full", temporary);
      };
      await expect(run("full", undefined, { onProgress: fill })).rejects.toThrow(/the disk is full/);
      expect(await stepsSavedIn("full")).toBe(3);
      const resumed = await run("full", undefined, { resume: true });
      const whole = await run("not-full");
      expect(readFileSync(resumed.folder.checkpointPath)).toEqual(readFileSync(whole.folder.checkpointPath));
    },
  );

  test("when it is resumed with another config or other images", async () => {
    await run("other", { totalSteps: 2 });
    await expect(run("other", { totalSteps: 4 }, { resume: true })).rejects.toThrow(/totalSteps: was 2, now 4/);
    await expect(run("other", { totalSteps: 2, numThreads: 1 }, { resume: true })).rejects.toThrow(
      /numThreads: was 2, now 1/,
    );
    const fewer = subset(pictures.set, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    await expect(run("other", { totalSteps: 2 }, { resume: true, set: fewer })).rejects.toThrow(
      /data\.numImages: was 16, now 9/,
    );
    const shuffled = subset(pictures.set, [...Array(16).keys()].reverse());
    await expect(run("other", { totalSteps: 2 }, { resume: true, set: shuffled })).rejects.toThrow(
      /as many, but names or contents differ/,
    );
  });

  test("when another one trains the same run, which goes on undisturbed", async () => {
    let second: Promise<unknown> | undefined;
    const join = ({ step }: { step: number }) => {
      if (step === 2) second = run("shared", undefined, { resume: true }).catch((error: Error) => error.message);
    };
    const first = await run("shared", undefined, { onProgress: join });
    expect(await second).toMatch(/shared is being trained by process \d+/);
    expect(first.isFinished).toBe(true);
    expect(existsSync(pictures.path("shared", "lock.json"))).toBe(false);
  });

  test("before there is a folder, when the config does not fit", async () => {
    await expect(run("unfit", { encoder: { name: "convnet", options: { stages: 8 } } })).rejects.toThrow(/stages/);
    await expect(run("unfit", { batchSize: 17 })).rejects.toThrow(/at most the 16 images/);
    expect(existsSync(pictures.path("unfit"))).toBe(false);
  });
});
