/** Bad input: one clear line on stderr, exit code 1, and what was there before intact. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { darkmatter } from "./testing/command-line.js";
import { useWorkplace } from "./testing/workplace.js";

const { pictures } = useWorkplace();
const QUICK = ["--size", "16", "--batch", "8", "--encoder-set", "width=8", "--encoder-set", "stages=2"];

async function fails(words: readonly string[], message: RegExp): Promise<void> {
  const { code, stdout, stderr } = await darkmatter(...words);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.trimEnd().split("\n").at(-1)).toMatch(/^error: /);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/bug|\n {4}at /);
}

beforeAll(async () => {
  await pictures("photos", 16);
});

describe("data", () => {
  test("that does not exist, with the nearest name of a data set", () =>
    fails(["train", "emojy"], /that exists, got "emojy"\. Did you mean "emoji"\?/));

  test("an empty folder", () => {
    mkdirSync("empty");
    return fails(["train", "empty"], /empty/);
  });

  test("junk alone, with the reasons", () => {
    mkdirSync("junk");
    writeFileSync("junk/a.png", "no picture");
    return fails(["train", "junk"], /a\.png/);
  });

  test("one image", async () => {
    await pictures("one", 1);
    await fails(["train", "one"], /at least 2 images, got 1\. Learning compares images with each other/);
  });

  test("identical images", async () => {
    await pictures("alike", 6, { areAlike: true });
    await fails(["train", "alike"], /images that differ, got "6 copies of the same picture"/);
  });
});

describe("labels", () => {
  test("of unknown files", () => {
    writeFileSync("unknown.csv", "file,label\nx.png,cat\ny.png,dog\n");
    return fails(
      ["train", "photos", "--labels", "unknown.csv"],
      /unknown files x\.png, y\.png.*images are called round\//,
    );
  });

  test("of one class", () => {
    writeFileSync("single.csv", 'file,label\n"round/picture 0 ü.png",cat\n"round/picture 2 ü.png",cat\n');
    return fails(["train", "photos", "--labels", "single.csv"], /labels of at least 2 classes, got \["cat"\]/);
  });
});

describe("names and values", () => {
  test.each([
    [["--objective", "vicerg"], /unknown objective "vicerg"\. Did you mean "vicreg"\? Known: /],
    [["--encoder", "resnext"], /unknown encoder "resnext"\. Did you mean "resnet"\? Known: /],
    [["--set", "temprature=0.1"], /unknown option "temprature"\. Did you mean "temperature"\?/],
    [["--set", "temperature=0"], /"temperature" must be .*, got 0/],
    [["--encoder-set", "width=wide"], /"width" must be a number, got "wide"/],
    [["--engine", "cuda"], /unknown engine "cuda".* Known: native, webgpu, wasm/],
    [["--batch", "64"], /batch/],
  ])("%j", (flags, message) => fails(["train", "photos", "--size", "16", ...flags], message));
});

describe("a run folder", () => {
  const files = ["config.json", "metrics.jsonl", "checkpoints/last.safetensors"];
  const contents = (): string[] => files.map((file) => readFileSync(`runs/a/${file}`, "latin1"));

  beforeAll(async () => {
    const { code } = await darkmatter("train", "photos", ...QUICK, "--steps", "4", "--out", "runs/a");
    expect(code).toBe(0);
  });

  test("that is taken stays as it is", async () => {
    const before = contents();
    const again = ["train", "photos", ...QUICK, "--steps", "4", "--out", "runs/a"];
    await fails(again, /a folder without a run in it, got "runs\/a"\. Resume it with --resume/);
    expect(contents()).toEqual(before);
  });

  test("is not resumed under another config: which keys differ is said, nothing is touched", async () => {
    const before = contents();
    const changed = ["train", "photos", "--out", "runs/a", "--lr", "0.5", "--seed", "3", "--resume"];
    await fails(changed, /the config differs from the run's: learningRate: was [\d.e-]+, now 0\.5; seed: was 0, now 3/);
    expect(contents()).toEqual(before);
  });

  test("of a newer version is left alone", async () => {
    cpSync("runs/a", "runs/newer", { recursive: true });
    const config = JSON.parse(readFileSync("runs/newer/config.json", "utf8"));
    writeFileSync("runs/newer/config.json", JSON.stringify({ ...config, version: 99 }));
    for (const words of [
      ["eval", "runs/newer"],
      ["train", "--resume", "runs/newer"],
    ]) {
      await fails(words, /runs\/newer was written by a newer darkmatter \(run version 99.*Update darkmatter/);
    }
  });

  test("that is none", () => fails(["eval", "photos"], /a run folder \(with a config\.json\), got "photos"/));

  test("with a damaged checkpoint", async () => {
    cpSync("runs/a", "runs/damaged", { recursive: true });
    const checkpoint = "runs/damaged/checkpoints/last.safetensors";
    writeFileSync(checkpoint, readFileSync(checkpoint).subarray(0, 1000));
    await fails(["embed", "runs/damaged", "photos", "-o", "e.npy"], /last\.safetensors is damaged/);
  });
});

test("a config file with an unknown key", () => {
  writeFileSync("odd.json", '{ "data": "photos", "batchSize": 8 }');
  return fails(["train", "--config", "odd.json"], /config file odd\.json: unknown key "batchSize".* Known: data, /);
});
