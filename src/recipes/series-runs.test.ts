/** Runs on series and on tables: everything that works on images works on them. */
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { regimeCsv, regimeRows } from "../data/series/testing/regimes.js";
import { objectives } from "../objectives/catalog.js";
import type { Objective } from "../objectives/index.js";
import { RunFolder } from "../train/index.js";
import {
  diagnoseRun,
  embedImages,
  evaluateRun,
  previewViews,
  resumeTraining,
  type TrainChoices,
  type TrainPlan,
  trainImages,
} from "./index.js";
import { requireOwnChoices } from "./sample-choices.js";

let root = "";
let sensor = "";
const path = (...parts: string[]) => join(root, ...parts);
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "darkmatter-series-runs-"));
  process.env.DARKMATTER_CACHE = path("cache");
  sensor = path("sensor.csv");
  writeFileSync(sensor, regimeCsv(regimeRows(16, 48)));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function tiny(out: string, changes: Partial<TrainChoices> = {}): TrainChoices {
  return {
    ...{ data: sensor, out: path(out), window: 16, label: "regime", holdOut: 0.25, batch: 16, steps: 4 },
    encoderOptions: { width: 4, stages: 2, depth: 1 },
    projector: { hiddenDim: 8, numHiddenLayers: 1, outDim: 4 },
    ...{ checkpointEvery: 1, metersEvery: 2 },
    ...changes,
  };
}

const checkpointOf = (out: string) => readFileSync(path(out, "checkpoints", "last.safetensors"));
const mlp = { encoder: "mlp", encoderOptions: { width: 8, depth: 1 } };

describe("a run on windows", () => {
  let plan: TrainPlan;
  beforeAll(async () => {
    await trainImages(tiny("run"), { onPlan: (announced) => (plan = announced) });
  });

  test("announces windows, and keeps in its config how they are cut and standardised", () => {
    const { config } = plan;
    expect(plan.noun).toBe("window");
    expect(config.encoder.name).toBe("seriesConvnet");
    expect(config).toMatchObject({ imageSize: 16, data: { kind: "series", channels: 3, numImages: plan.numImages } });
    const { means, stds, ...settings } = config.data.series!;
    expect(settings).toEqual({
      ...{ columns: ["x", "y", "drift"], window: 16, stride: 8, time: "time", label: "regime", missing: "interpolate" },
    });
    expect([means.length, stds.length]).toEqual([3, 3]);
    expect(means[0]).toBeCloseTo(20, 0); // regimeCsv puts it there
    expect(config.views.map(({ steps }) => steps[0]!.name)).toEqual(["timeCrop", "timeCrop"]);
  });

  test("ends as an unbroken one when it is stopped and resumed", async () => {
    const controller = new AbortController();
    const stopped = await trainImages(tiny("stopped"), {
      signal: controller.signal,
      onProgress: ({ step }) => step === 2 && controller.abort(),
    });
    expect(stopped).toMatchObject({ isFinished: false, step: 2, noun: "window" });
    await resumeTraining(path("stopped"));
    expect(checkpointOf("stopped").equals(checkpointOf("run"))).toBe(true);
  });

  test("is scored on the blocks of time that were set aside, beside its floors", async () => {
    const { report, text } = await evaluateRun(path("run"), { pictures: false });
    expect(report.numTrain).toBe(plan.numImages);
    expect(report.classNames).toEqual(["calm", "fast", "flutter", "turned"]);
    expect(report.floors?.chance).toBe(1 / 4);
    expect(Object.keys(report.floors!)).toEqual(expect.arrayContaining(["rawPixels", "randomInit"]));
    expect(text).toMatch(/test windows, \d+ labelled training windows, 4 classes/);
  });

  test("without anything set aside is scored on blocks that no probe learnt from", async () => {
    const { holdOut: _, ...choices } = tiny("whole", { steps: 1 });
    await trainImages(choices);
    const { report } = await evaluateRun(path("whole"), { pictures: false });
    const { numImages } = (await RunFolder.open(path("whole"))).config.data;
    // windows that share rows with a tested one are left out
    expect(report.numTrain! + report.n!).toBeLessThan(numImages);
    expect(report.n! / numImages).toBeGreaterThan(0.15);
  });

  test("has its pictures: curves, neighbours, a map; windows as lines", async () => {
    const { pictures } = await evaluateRun(path("run"));
    expect(pictures.map((picture) => picture.split("/").at(-1))).toEqual(["curves.png", "neighbors.png", "map.png"]);
  });

  test("embeds the windows of any file with its channels, standardised as in training", async () => {
    const own = await embedImages(path("run"), sensor);
    expect([own.noun, own.dim, own.features.length]).toEqual(["window", 8, 8 * own.numImages]);
    expect(own.paths[1]).toBe("sensor.csv rows 9-24");
    const lines = readFileSync(sensor, "utf8").split("\n");
    // Half of the rows, columns in another order, no label: the same windows have the same vectors.
    const other = lines.slice(0, 400).map((line) => {
      const [time, x, y, drift] = line.split(",");
      return [drift, y, time, x].join(",");
    });
    writeFileSync(path("other.csv"), other.join("\n"));
    const again = await embedImages(path("run"), path("other.csv"));
    expect(again.numImages).toBeLessThan(own.numImages);
    for (const [i, value] of again.features.entries()) expect(value).toBeCloseTo(own.features[i]!, 5);
    writeFileSync(path("lacking.csv"), "time,x,z\n0,1,2\n1,3,5\n");
    await expect(embedImages(path("run"), path("lacking.csv"))).rejects.toThrow('unknown column of lacking.csv "y"');
  });

  test("is judged by the doctor", async () => {
    expect((await diagnoseRun(path("run"))).text).toContain("verdict:");
  });

  test("is not resumed on a series that changed or is gone, or cut otherwise", async () => {
    copyFileSync(sensor, path("growing.csv"));
    const stop = new AbortController();
    const halfway = { signal: stop.signal, onProgress: () => stop.abort() };
    await trainImages(tiny("growing", { data: path("growing.csv") }), halfway);
    await expect(resumeTraining(path("growing"), { window: 32 })).rejects.toThrow("data.series.window: was 16, now 32");
    appendFileSync(path("growing.csv"), `${"9999,1,2,3,calm\n".repeat(40)}`);
    await expect(resumeTraining(path("growing"))).rejects.toThrow(
      "the windows in growing.csv are not those of the run",
    );
    renameSync(path("growing.csv"), path("moved.csv"));
    await expect(resumeTraining(path("growing"))).rejects.toThrow("the series of this run");
  });
});

describe("a run on rows of a table", () => {
  test("takes an MLP and corrupted rows, and speaks of rows", async () => {
    let plan: TrainPlan | undefined;
    const { encoderOptions: _, ...choices } = tiny("rows", { window: 1, steps: 2, encoderOptions: {} });
    const onPlan = (announced: TrainPlan) => {
      plan = announced;
    };
    await trainImages({ ...choices, encoderOptions: { width: 8, depth: 1 } }, { onPlan });
    expect([plan?.noun, plan?.config.encoder.name]).toEqual(["row", "mlp"]);
    expect(plan?.config.views[0]?.steps.map(({ name }) => name)).toEqual([
      "wholeWindow",
      "channelCorruption",
      "jitter",
    ]);
    expect((await evaluateRun(path("rows"), { pictures: false })).text).toContain("test rows");
  });
});

const whole = Object.values<Objective>(objectives).filter(({ needs }) => needs.tokens === "pooled" && !needs.inTime);
test.each(whole.map(({ name }) => name))("%s learns from windows", async (objective) => {
  const { projector, ...choices } = tiny(`by-${objective}`, { ...mlp, steps: 2, objective });
  const hasProjector = objectives[objective as keyof typeof objectives].projector !== undefined;
  const summary = await trainImages({ ...choices, ...(hasProjector && projector && { projector }) });
  expect(summary.isFinished).toBe(true);
});

test.each<[string, Partial<TrainChoices>, string]>([
  ["an encoder of images", { encoder: "vit", encoderOptions: {} }, "one that takes series (mlp, seriesConvnet"],
  ["an objective that hides patches", { objective: "mae", ...mlp }, "one that compares whole views (barlowTwins"],
  ["a size in pixels", { size: 32 }, '"size" must be left out for series: it is about images, got 32'],
  ["a labels file", { labels: "labels.csv" }, '"labels" must be left out for series'],
  [
    "image augmentations",
    {
      views: [
        { size: 16, steps: [{ name: "centreCrop" }] },
        { size: 16, steps: [] },
      ],
    },
    "centreCrop",
  ],
  ["a batch larger than the series", { batch: 4000 }, "windows there are, got 4000"],
  ["a column that is not there", { group: "machine" }, 'unknown column of sensor.csv "machine"'],
])("%s is refused for a series", async (_what, changes, message) => {
  const { projector: _, ...choices } = tiny("refused", changes);
  await expect(trainImages(choices)).rejects.toThrow(message);
});

test("choices of series are refused for images", () => {
  const message = '"window" must be left out for images: it is about series, got 8';
  expect(() => requireOwnChoices({ window: 8 }, "images")).toThrow(message);
});

test("a preview shows windows and their views", async () => {
  await previewViews({ data: sensor, window: 16, numImages: 2, seed: 0, out: path("preview.png") });
  const png = readFileSync(path("preview.png"));
  expect(png.subarray(1, 4).toString()).toBe("PNG");
});
