import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RunFolder } from "../train/index.js";
import { TINY_SIZE, writePictures } from "../train/testing/tiny-run.js";
import { usePictures } from "../train/testing/use-pictures.js";
import { resumeTraining, type TrainChoices, type TrainObserver, type TrainPlan, trainImages } from "./index.js";

const pictures = usePictures(16);

const TINY: Partial<TrainChoices> = {
  encoderOptions: { width: 4, stages: 2 },
  projector: { hiddenDim: 8, numHiddenLayers: 1, outDim: 4 },
  size: TINY_SIZE,
  batch: 8,
  steps: 6,
  checkpointEvery: 2,
  metersEvery: 2,
};

function tiny(out: string, changes: Partial<TrainChoices> = {}): TrainChoices {
  return { data: pictures.folder, out: pictures.path(out), ...TINY, ...changes };
}

/** An observer that stops a run after this many steps. */
function stopAfter(steps: number): TrainObserver {
  const controller = new AbortController();
  return { signal: controller.signal, onProgress: ({ step }) => step === steps && controller.abort() };
}

/** A copy of the pictures that a test may change. */
function copyOfPictures(name: string): string {
  cpSync(pictures.folder, pictures.path(name), { recursive: true });
  return pictures.path(name);
}

const checkpointOf = (out: string) => readFileSync(pictures.path(out, "checkpoints", "last.safetensors"));

describe("trainImages", () => {
  test("trains on names with spaces and Unicode, announces its plan, reports and sums up", async () => {
    const folder = pictures.path("Fotos von Jürgen 🐈");
    const names = ["weiße Katzen/a b.png", "weiße Katzen/ñ%20.png", "日本/猫 (1).png", "日本/'q'.png"];
    await writePictures(folder, [...names, "x.png", "y.png"]);
    writeFileSync(join(folder, "broken.png"), "no picture");
    const plans: TrainPlan[] = [];
    const verdicts: (string | undefined)[] = [];
    const out = pictures.path("runs", "Lauf 1 🐈");
    const summary = await trainImages(
      { data: folder, ...TINY, out, batch: 4 },
      { onPlan: (plan) => plans.push(plan), onProgress: ({ verdict }) => verdicts.push(verdict?.name) },
    );
    expect(summary).toMatchObject({
      path: out,
      isFinished: true,
      step: 6,
      totalSteps: 6,
      verdict: { isHealthy: true },
    });
    expect(plans).toHaveLength(1);
    const [plan] = plans;
    expect(plan).toMatchObject({ path: out, numImages: 6, stepsPerEpoch: 1, config: { batchSize: 4, totalSteps: 6 } });
    expect(plan!.skipped.map(({ path }) => path)).toEqual(["broken.png"]);
    expect(plan!.estimatedSeconds).toBeCloseTo((6 * 4) / plan!.imagesPerSecond, 6);
    // convnet 3·4·9 + 8, 4·8·9 + 16; projector 8·8 + 16, 8·4 + 4
    expect(plan!.numParameters).toBe(116 + 304 + 80 + 36);
    expect(plan!.estimatedBytes).toBeGreaterThan(24 * plan!.numParameters);
    expect(verdicts).toEqual([undefined, "healthy", "healthy", "healthy", "healthy", "healthy"]);
  });

  test("names its folder after the data and the objective, and numbers it if that is taken", async () => {
    const before = process.cwd();
    process.chdir(pictures.path());
    try {
      const { out: _, ...choices } = tiny("", { data: "./pictures/", steps: 1 });
      expect((await trainImages(choices)).path).toBe("runs/pictures-simclr");
      expect((await trainImages(choices)).path).toBe("runs/pictures-simclr-2");
    } finally {
      process.chdir(before);
    }
  });

  test("fits the schedule to a time, and says what would be enough if it is not", async () => {
    const plans: TrainPlan[] = [];
    const { steps: _, ...choices } = tiny("timed", { minutes: 0.01 });
    const summary = await trainImages(choices, { onPlan: (plan) => plans.push(plan) });
    expect(plans[0]!.estimatedSeconds).toBeLessThanOrEqual(0.6);
    expect(summary.isFinished).toBe(true);
    expect(summary.totalSteps).toBeGreaterThan(2);
    const hasty = trainImages({ ...choices, out: pictures.path("hasty"), minutes: 1e-7 });
    await expect(hasty).rejects.toThrow(/"minutes" must be at least .*One step takes/);
    expect(existsSync(pictures.path("hasty"))).toBe(false);
  });

  test("does not notice a file that is deleted meanwhile: it has its pixels already", async () => {
    const folder = copyOfPictures("shrinking");
    const remove = ({ step }: { step: number }) => step === 2 && rmSync(join(folder, "003.png"));
    const summary = await trainImages(tiny("shrinking-run", { data: folder }), { onProgress: remove });
    expect(summary.isFinished).toBe(true);
  });

  test("does not measure a whole run before it says that its folder is taken", async () => {
    await trainImages(tiny("taken", { steps: 1 }));
    const plans: TrainPlan[] = [];
    const again = trainImages(tiny("taken", { steps: 1 }), { onPlan: (plan) => plans.push(plan) });
    await expect(again).rejects.toThrow(/"out" must be a folder without a run in it/);
    expect(plans).toEqual([]);
  });
});

describe("data that nothing can be learnt from is refused in words, and leaves no run:", () => {
  test.each<[what: string, files: (folder: string) => Promise<void>, message: RegExp]>([
    ["no images", async () => {}, /at least one usable image|no image/i],
    ["only junk", async (folder) => writeFileSync(join(folder, "a.png"), "junk"), /a\.png/],
    ["one image", (folder) => writePictures(folder, ["only.png"]), /at least 2 images, got 1/],
    [
      "copies of one image",
      async (folder) => {
        await writePictures(folder, ["a.png"]);
        for (const name of ["b.png", "c.png"]) cpSync(join(folder, "a.png"), join(folder, name));
      },
      /3 copies of the same picture/,
    ],
  ])("%s", async (what, files, message) => {
    const folder = pictures.path(`unfit ${what}`);
    mkdirSync(folder);
    await files(folder);
    const out = `unfit-${what}`;
    await expect(trainImages(tiny(out, { data: folder, batch: 2 }))).rejects.toThrow(message);
    expect(existsSync(pictures.path(out))).toBe(false);
  });

  test("a folder that is not there", async () => {
    await expect(trainImages(tiny("absent", { data: pictures.path("absent data") }))).rejects.toThrow(
      /a folder, a tar archive or a data set that exists/,
    );
  });
});

describe("resumeTraining", () => {
  test("goes on where a run was stopped, to the end of the unbroken one", async () => {
    await trainImages(tiny("whole"));
    const stopped = await trainImages(tiny("stopped"), stopAfter(3));
    expect(stopped).toMatchObject({ isFinished: false, step: 3 });
    const plans: TrainPlan[] = [];
    const seen: string[] = [];
    // The same choices again are no change; another cadence is none either.
    const resumed = await resumeTraining(stopped.path, tiny("stopped", { checkpointEvery: 1 }), {
      onPlan: (plan) => plans.push(plan),
      onProgress: ({ verdict }) => seen.push(verdict!.evidence),
    });
    expect(resumed).toMatchObject({ isFinished: true, step: 6 });
    expect(plans[0]).toMatchObject({ resumedFrom: 3, warnings: [] });
    expect(plans[0]!.estimatedSeconds).toBeCloseTo((3 * 8) / plans[0]!.imagesPerSecond, 6);
    expect(checkpointOf("stopped")).toEqual(checkpointOf("whole"));
    // After step 4 the doctor has read twice: it remembers its reading of step 2, from before the stop.
    expect(seen).toHaveLength(3);
    expect(seen[0]).toMatch(/2 of 3 readings/);
    expect(seen[2]).not.toMatch(/too early/);
  });

  test("leaves a finished run as it is, without its images", async () => {
    const folder = copyOfPictures("burnt");
    const finished = await trainImages(tiny("finished", { data: folder }));
    rmSync(folder, { recursive: true });
    const before = checkpointOf("finished");
    const again = await resumeTraining(finished.path, {}, { onPlan: () => expect.unreachable() });
    expect(again).toMatchObject({ isFinished: true, step: 6, verdict: finished.verdict! });
    expect(checkpointOf("finished")).toEqual(before);
  });

  test("names the keys of changed choices", async () => {
    await trainImages(tiny("changed"), stopAfter(2));
    const resume = (choices: Partial<TrainChoices>) => resumeTraining(pictures.path("changed"), choices);
    await expect(resume({ batch: 4, seed: 9 })).rejects.toThrow(
      /config differs.*batchSize: was 8, now 4; seed: was 0, now 9/,
    );
    await expect(resume({ objective: "vicreg" })).rejects.toThrow(/objective\.name: was "simclr", now "vicreg"/);
    await expect(resume({ thread: 3 } as never)).rejects.toThrow(/unknown choice "thread".*"threads"/);
  });

  test("refuses other images, finds moved ones, and decodes again what the cache lost", async () => {
    const folder = copyOfPictures("changing");
    const { path } = await trainImages(tiny("images", { data: folder }), stopAfter(3));
    rmSync(process.env.DARKMATTER_CACHE!, { recursive: true });
    const lost = join(folder, "007.png");
    const bytes = readFileSync(lost);
    rmSync(lost);
    await expect(resumeTraining(path)).rejects.toThrow(/images.*are not those of the run.*numImages: was 16, now 15/);
    await writePictures(folder, ["100.png"]);
    await expect(resumeTraining(path)).rejects.toThrow(/as many, but names or contents differ/);
    rmSync(join(folder, "100.png"));
    writeFileSync(lost, bytes);
    renameSync(folder, pictures.path("moved"));
    await expect(resumeTraining(path)).rejects.toThrow(
      /resume: the images of this run, ".*changing", are no longer there/,
    );
    await expect(resumeTraining(path, { data: pictures.path("nowhere") })).rejects.toThrow(
      /that exists, got ".*nowhere"/,
    );
    await expect(resumeTraining(path, { data: pictures.folder })).resolves.toMatchObject({ isFinished: true });
    await trainImages(tiny("images-whole"));
    expect(checkpointOf("images")).toEqual(checkpointOf("images-whole"));
  });

  test("refuses a run of a newer version and a folder without a run, and touches neither", async () => {
    await trainImages(tiny("newer"), stopAfter(2));
    const configPath = pictures.path("newer", "config.json");
    const newer = JSON.stringify({ ...JSON.parse(readFileSync(configPath, "utf8")), version: 99 });
    writeFileSync(configPath, newer);
    await expect(resumeTraining(pictures.path("newer"))).rejects.toThrow(/written by a newer darkmatter.*Update/);
    expect(readFileSync(configPath, "utf8")).toBe(newer);
    await expect(resumeTraining(pictures.folder)).rejects.toThrow(/must be a run folder/);
  });

  test("tells of a machine that is another or smaller than the one the run began on", async () => {
    await trainImages(tiny("elsewhere", { threads: 64 }), stopAfter(2));
    const configPath = pictures.path("elsewhere", "config.json");
    const { record } = await RunFolder.open(pictures.path("elsewhere"));
    writeFileSync(configPath, JSON.stringify({ ...record, processor: "abacus" }));
    const plans: TrainPlan[] = [];
    const resumed = await resumeTraining(pictures.path("elsewhere"), {}, { onPlan: (plan) => plans.push(plan) });
    expect(resumed.isFinished).toBe(true);
    expect(plans[0]!.warnings.join("\n")).toMatch(/keeps its 64 threads[\s\S]*another processor \(abacus\).*last bits/);
  });
});
