/** Runs of worlds from episodes to a plan, small: every step a user takes, and what they may get wrong. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { environmentSource, openClips, writeEpisodes } from "../../data/index.js";
import { RunFolder } from "../../train/index.js";
import { evaluateRun } from "../evaluate-run.js";
import { pinViews } from "../pinned-views.js";
import { resumeTraining, trainImages } from "../train-images.js";
import { evaluateFutures } from "./evaluate-futures.js";
import { evaluatePhysics } from "./evaluate-physics.js";
import { planRun } from "./plan-run.js";
import { renderPlanning } from "./plan-table.js";

let root = "";
const at = (name: string) => join(root, name);
const SMALL = { encoderOptions: { width: 4, featureDim: 16 }, batch: 8, threads: 1 };
const MODEL = { stateDim: 12 };

async function made(world: string, folder: string, numEpisodes = 24, numSteps = 16) {
  await writeEpisodes(environmentSource(world, { numEpisodes, numSteps, seed: 0 }), at(folder));
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "darkmatter-worlds-"));
  await made("twoRoomsMini", "mini");
  await made("junction", "roads");
  await made("occluder", "screens");
  const train = (data: string, out: string, objectiveOptions: object, more: object = {}) =>
    trainImages({
      ...{ ...SMALL, data: at(data), out: at(out), steps: 6, clipLength: 8 },
      ...{ objectiveOptions: { ...MODEL, ...objectiveOptions }, ...more },
    });
  await train("mini", "run", {}, { holdOut: 0.25 });
  const memory = { contextLength: 2, memoryDim: 6 };
  await train("roads", "plural", { ...memory, numCodes: 2 });
  await train("roads", "twin", memory);
  await train("screens", "physics", memory);
}, 120_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("eval says what the states know of each factor, beside its floors", async () => {
  const { world, text, report } = await evaluateRun(at("run"), { pictures: false });
  const rows = world!.where!.rows;
  expect(rows.map(({ factor }) => factor)).toEqual(["x", "y", "wallX", "doorY"]);
  for (const { model, untrained, rawPixels, mean } of rows) {
    for (const value of [model.mean, untrained, rawPixels, mean]) expect(value).toBeGreaterThan(0);
  }
  expect(world!.where!.isHeldOut).toBe(true);
  expect(text).toMatch(/factor +always the mean +raw pixels +untrained +model/);
  expect(report.noun).toBe("clip");
});

test("plan has the same tasks for policies, the simulator and the model", async () => {
  const report = await planRun(at("run"), { episodes: 2, horizon: 10, plannerOptions: { numSamples: 8 } });
  const names = report.rows.map(({ name }) => name);
  expect(names).toEqual([
    ...["zero", "random", "straightLine", "oracle", "simulator, euclidean", "simulator, geodesic"],
    "model of twoRoomsMini",
  ]);
  const oracle = report.rows[3]!;
  expect(oracle.success.final!.mean).toBe(1);
  expect(report.options).toEqual({ layouts: "heldOut", dynamics: "evaluation" });
  for (const row of report.rows) expect(row.numTasks).toBe(2);
  expect(renderPlanning(report)).toMatch(/script that knows the way +100\.0/);
  const again = await planRun(at("run"), {
    episodes: 2,
    horizon: 10,
    plannerOptions: { numSamples: 8 },
    onlyModel: true,
  });
  expect(again.rows[0]!.solved).toEqual(report.rows.at(-1)!.solved);
}, 60_000);

test("futures are asked at places held out, beside a twin that knows one", async () => {
  const { report, probe } = await evaluateFutures(at("plural"), { trials: 6, threshold: 1, twin: at("twin") });
  expect(report.numBranching).toBe(6);
  expect(report.rows.slice(0, 2).map(({ name, numFutures }) => [name, numFutures])).toEqual([
    ["model", 2],
    ["deterministic twin", 1],
  ]);
  expect(Object.keys(probe.meanErrors)).toEqual(["x", "y"]);
  expect(report.rows[1]!.ratio.mean).toBeCloseTo(1, 6);
}, 60_000);

test("expectations are tested on the same pairs for the model and for pixels", async () => {
  const { reports } = await evaluatePhysics(at("physics"), { pairs: 2 });
  expect(Object.keys(reports)).toEqual(["model", "pixel difference", "pixel extrapolation"]);
  const [model, pixels] = [reports.model!.rows, reports["pixel difference"]!.rows];
  expect(model.map(({ name }) => name)).toEqual(pixels.map(({ name }) => name));
  expect(model.map(({ name }) => name)).toContain("vanish + appear");
  for (const { scores } of model) expect(scores.mean.pairwise.mean).toBeGreaterThanOrEqual(0);
}, 60_000);

test("a run that stopped goes on to the same bits", async () => {
  const objectiveOptions = { ...MODEL, numCodes: 2 };
  const choices = { ...SMALL, data: at("mini"), steps: 6, clipLength: 4, objectiveOptions, checkpointEvery: 1 };
  const whole = await trainImages({ ...choices, out: at("whole") });
  const stop = new AbortController();
  const onProgress = ({ step }: { readonly step: number }) => {
    if (step === 3) stop.abort();
  };
  await trainImages({ ...choices, out: at("broken") }, { onProgress, signal: stop.signal });
  const resumed = await resumeTraining(at("broken"));
  expect([whole.step, resumed.step]).toEqual([6, 6]);
  const parametersOf = async (path: string) => (await RunFolder.open(path)).loadParameters("online");
  expect(await parametersOf(at("broken"))).toEqual(await parametersOf(at("whole")));
}, 60_000);

test("the doctor asks what clips set aside cost under their own actions", async () => {
  const { config } = await RunFolder.open(at("run"));
  const set = openClips(at("mini"), { clipLength: 8 });
  const { unseen, unseenActions } = pinViews(config, set, set);
  const { taken } = unseenActions!;
  expect(taken!.shape).toEqual([8, 7, 2]);
  // The first view tells which clips they are: their actions follow.
  const first = new Float32Array(set.imageSize ** 2 * set.channels);
  const actions = new Float32Array(7 * 2);
  const shown = unseen!.view0!.data.slice(0, first.length);
  const row = [...set.starts.keys()].find((clip) => {
    set.readObservations(clip, { first: 0, count: 1 }, first);
    return first.every((value, i) => value === shown[i]);
  });
  set.readActions(row!, actions);
  expect(taken!.data.slice(0, 14)).toEqual(actions);
  set.close();
});

describe("bad input", () => {
  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      "another world",
      () => planRun(at("run"), { environment: "push" }),
      /one that looks like what the run was trained on/,
    ],
    [
      "a world where nothing is wanted",
      () => planRun(at("plural")),
      /"environment" must be one with goals, got "junction"/,
    ],
    [
      "part of a block",
      () => planRun(at("run"), { horizon: 7 }),
      /"horizon" must be a whole number of blocks of 5 steps/,
    ],
    [
      "a planner of other actions",
      () => planRun(at("run"), { planner: "categoricalCem" }),
      /one for actions that are numbers/,
    ],
    ["a world that knows no futures", () => evaluateFutures(at("run")), /one that knows what may happen next/],
    ["a world that breaks no rules", () => evaluatePhysics(at("run")), /one with violations/],
    [
      "clips longer than episodes",
      () => trainImages({ ...SMALL, data: at("mini"), clipLength: 30 }),
      /"clipLength" must be at most the 17 observations of the longest episode/,
    ],
    [
      "an objective of images",
      () => trainImages({ ...SMALL, data: at("mini"), objective: "simclr", steps: 2 }),
      /"objective" must be one for clips, in time \(worldModel\)/,
    ],
    [
      "choices of series",
      () => trainImages({ ...SMALL, data: at("mini"), window: 4, steps: 2 }),
      /"window" must be left out for clips/,
    ],
    [
      "nothing left to predict",
      () =>
        trainImages({ ...SMALL, data: at("mini"), clipLength: 3, objectiveOptions: { contextLength: 3 }, steps: 2 }),
      /"contextLength" must be less than the 3 observations of a clip/,
    ],
  ])("%s", async (_case, attempt, message) => {
    await expect(attempt()).rejects.toThrow(message);
  });
});
