/** The commands from end to end, on a few small pictures. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { readNpy } from "../export/index.js";
import { darkmatter } from "./testing/command-line.js";
import { type Finished, useWorkplace } from "./testing/workplace.js";

const { pictures, start } = useWorkplace();
const QUICK = ["--size", "16", "--batch", "8", "--encoder-set", "width=8", "--encoder-set", "stages=2"];
let trained: Finished;

beforeAll(async () => {
  await pictures("my pictures", 32);
  writeFileSync("my pictures/notes.png", "no picture");
  trained = await start("train", "my pictures", ...QUICK, "--steps", "12", "--out", "runs/first").finished;
});

test("train announces the plan, trains, and says what next", () => {
  const { code, stdout, stderr } = trained;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^data +my pictures · 32 images, 1 skipped · colour · 16 × 16 px$/m);
  expect(stdout).toMatch(/^encoder +convnet \(width 8, stages 2, .* parameters$/m);
  expect(stdout).toMatch(/^batch +8 of 32 images · 4 steps an epoch$/m);
  expect(stdout).toMatch(/^schedule +12 steps \(3 epochs\)$/m);
  expect(stdout).toMatch(/^estimate .* s at [\d,]+ images\/s · .* of memory$/m);
  expect(stdout).toMatch(/^skipped: notes\.png: /m);
  expect(stdout).toMatch(/^Finished: 12 steps in .* s \([\d,]+ images\/s\) · doctor: /m);
  expect(stdout).toContain("  darkmatter eval runs/first ");
  expect(stdout).toContain("  darkmatter embed runs/first 'my pictures' -o embeddings.parquet");
  expect(stderr).toMatch(/^step 12\/12 · epoch 3 · [\d,]+ images\/s · 0\.0 s left · .*loss [\d.]+/m);
});

test("Ctrl-C saves and prints the command that goes on, which then ends the run", async () => {
  const long = start("train", "my pictures", ...QUICK, "--steps", "200", "--out", "runs/long run");
  long.interruptAt(/^step \d+\/200 /m);
  const { code, stdout, stderr } = await long.finished;
  expect(code).toBe(130);
  expect(stderr).toContain("Saving after this step, then stopping. Ctrl-C again quits at once.");
  const [, at, words] = /saved at step (\d+) of 200\. Go on with:\n {2}darkmatter (.*)\n$/.exec(stdout)!;
  expect(words).toBe("train --resume 'runs/long run'");

  const resumed = await darkmatter("train", "--resume", "runs/long run");
  expect(resumed).toMatchObject({ code: 0, stdout: expect.stringContaining(`, going on from step ${at}\n`) });
  expect(resumed.stdout).toMatch(/^Finished: 200 steps/m);
  const again = await darkmatter("train", "my pictures", "--out", "runs/long run", "--resume");
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("already finished its 200 steps") });
});

test("eval prints a table, draws pictures, and ends with a line of JSON", async () => {
  const { code, stdout } = await start("eval", "runs/first", "--json").finished;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^score, % +chance +majority +pixels +PCA +random init +encoder/m);
  const drawn = [...stdout.matchAll(/^ {2}(runs\/first\/.*\.png)$/gm)].map((match) => match[1]!);
  expect(drawn.length).toBeGreaterThan(0);
  for (const picture of drawn) expect(existsSync(picture)).toBe(true);
  const last = JSON.parse(stdout.trimEnd().split("\n").at(-1)!);
  const numbers = { knn: expect.any(Number), linear: expect.any(Number), retrieval: expect.any(Number) };
  expect(last).toMatchObject({
    ...numbers,
    fewShot: { 1: { mean: expect.any(Number), low: expect.any(Number), high: expect.any(Number) } },
    floors: { chance: 0.5, rawPixels: numbers, randomInit: numbers },
  });
});

test("eval without labels says how to give some", async () => {
  await pictures("plain", 12);
  const { code, stdout } = await darkmatter("eval", "runs/first", "--data", "plain/round", "--no-pictures", "--json");
  expect(code).toBe(0);
  expect(stdout).toContain("There are no labels, so nothing could be scored. Give some with --labels");
  expect(JSON.parse(stdout.trimEnd().split("\n").at(-1)!)).toEqual({ protocol: 1, seed: 0 });
});

describe("embed", () => {
  test.each([
    ["out/e.npy", "out/e.npy and out/e.paths.txt"],
    ["e.jsonl", "e.jsonl"],
    ["e.parquet", "e.parquet"],
  ])("writes %s", async (file, files) => {
    const { code, stdout } = await darkmatter("embed", "runs/first", "my pictures", "-o", file);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `32 images, 16 numbers each, in ${files}\n` });
  });

  test("gives the same vectors in each format", async () => {
    const { shape, data } = await readNpy("out/e.npy");
    expect(shape).toEqual([32, 16]);
    const names = readFileSync("out/e.paths.txt", "utf8").trimEnd().split("\n");
    const lines = readFileSync("e.jsonl", "utf8").trimEnd().split("\n");
    expect(names).toContain("striped/picture 1 ü.png");
    expect(lines.map((line) => JSON.parse(line).path)).toEqual(names);
    expect(Float32Array.from(lines.flatMap((line) => JSON.parse(line).embedding))).toEqual(data);
    expect(readFileSync("e.parquet").subarray(0, 4).toString()).toBe("PAR1");
  });
});

test("preview draws a PNG", async () => {
  const words = ["preview", "my pictures", "--images", "4", "--objective", "vicreg", "-o", "views.png"];
  expect(await darkmatter(...words)).toMatchObject({ code: 0, stdout: "views.png\n" });
  expect(readFileSync("views.png").subarray(1, 4).toString()).toBe("PNG");
});

test("doctor judges a run", async () => {
  expect((await darkmatter("doctor", "runs/first")).stdout).toMatch(/^verdict: /);
  const { code, stdout } = await darkmatter("doctor", "runs/first", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ name: expect.any(String), meters: expect.any(Object) });
});

test("train takes choices from a file, and flags before it", async () => {
  writeFileSync(
    "train.ts",
    `import type { TrainChoices } from "darkmatter";
     export default {
       data: "my pictures", objective: "vicreg", objectiveOptions: { targetStd: 0.5 }, size: 16, batch: 8,
       encoderOptions: { width: 8, stages: 2 }, epochs: 100, out: "runs/from-file",
     } satisfies TrainChoices;`,
  );
  const words = ["train", "--config", "train.ts", "--steps", "3", "--set", "covarianceWeight=2"];
  const { code, stdout } = await darkmatter(...words);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^objective +vicreg \(.*covarianceWeight 2, targetStd 0\.5\)$/m);
  expect(stdout).toMatch(/^schedule +3 steps/m);
  expect(existsSync("runs/from-file/config.json")).toBe(true);
});
