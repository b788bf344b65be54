import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { float32, type HostArray } from "../compute/index.js";
import type { TrainConfig } from "./config.js";
import { RUN_VERSION, RunFolder } from "./run-folder.js";
import type { TrainState } from "./state.js";

const config = { imageSize: 16, seed: 3 } as TrainConfig;
const cadence = { checkpointEvery: 10, metersEvery: 5 };

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "darkmatter-run-"));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const create = () => RunFolder.create(path, config, cadence);

function stateOf(step: number, value: number, shape: readonly number[] = [2]): TrainState {
  const array = (): HostArray => float32(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value), shape);
  return {
    step,
    trainable: { encoder: { w: array() }, projector: { w: array() } },
    buffers: { encoder: { mean: array() } },
    slots: { m: { encoder: { w: array() } } },
    target: { trainable: { encoder: { w: array() } }, buffers: { encoder: { mean: array() } } },
  };
}

describe("a run", () => {
  test("is created once and opened again", async () => {
    const folder = await create();
    const opened = await RunFolder.open(path);
    expect(opened.record).toEqual(folder.record);
    expect(opened.config).toEqual(config);
    expect(opened.record).toMatchObject({
      version: RUN_VERSION,
      cadence,
      processor: expect.stringContaining(process.arch),
    });
    await expect(create()).rejects.toThrow(/"out" must be a folder without a run in it.*--resume/);
  });

  test("that is not there, damaged, no run or newer is refused in words", async () => {
    const write = (text: string) => writeFileSync(join(path, "config.json"), text);
    await expect(RunFolder.open(path)).rejects.toThrow(/a run folder.*darkmatter train/);
    write('{"version": 1, "con');
    await expect(RunFolder.open(path)).rejects.toThrow(/config\.json is no JSON/);
    write("null");
    await expect(RunFolder.open(path)).rejects.toThrow(/does not describe a run/);
    write('{"name": "something else"}');
    await expect(RunFolder.open(path)).rejects.toThrow(/does not describe a run/);
    write(JSON.stringify({ version: RUN_VERSION + 1, config, cadence }));
    await expect(RunFolder.open(path)).rejects.toThrow(
      /written by a newer darkmatter \(run version 2,.*Update darkmatter/,
    );
    expect(JSON.parse(readFileSync(join(path, "config.json"), "utf8")).version).toBe(RUN_VERSION + 1);
  });

  test("in a place that cannot be written is refused in words", async () => {
    writeFileSync(join(path, "file"), "");
    await expect(RunFolder.create(join(path, "file", "run"), config, cadence)).rejects.toThrow(/^write /);
  });
});

describe("checkpoints", () => {
  test("come back as they were saved, and as parameters", async () => {
    const folder = await create();
    expect(folder.hasCheckpoint()).toBe(false);
    expect(await folder.savedStep()).toBe(0);
    await expect(folder.loadParameters()).rejects.toThrow(/no checkpoint yet/);
    await folder.saveCheckpoint(stateOf(10, 1.5));
    await folder.saveCheckpoint(stateOf(20, 2.5));
    expect(await folder.savedStep()).toBe(20);
    expect(await folder.loadCheckpoint(stateOf(0, 0))).toEqual(stateOf(20, 2.5));
    expect(await folder.loadParameters()).toEqual({
      encoder: { w: float32([2.5, 2.5], [2]), mean: float32([2.5, 2.5], [2]) },
      projector: { w: float32([2.5, 2.5], [2]) },
    });
  });

  test("that do not fit the model are refused by name", async () => {
    const folder = await create();
    await folder.saveCheckpoint(stateOf(10, 1, [2, 3]));
    await expect(folder.loadCheckpoint(stateOf(0, 0, [3, 2]))).rejects.toThrow(
      /"trainable\/encoder\/w" must be \[3, 2\], got \[2, 3\]/,
    );
    const wider = { ...stateOf(0, 0, [2, 3]), slots: { m: { encoder: { other: float32([0], [1]) } } } };
    await expect(folder.loadCheckpoint(wider)).rejects.toThrow(/"slots\/m\/encoder\/other" must be \[1\], got missing/);
  });

  test("with a value that is not finite are not saved: the one before is kept", async () => {
    const folder = await create();
    await folder.saveCheckpoint(stateOf(10, 1));
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(folder.saveCheckpoint(stateOf(20, value))).rejects.toThrow(
        /"trainable\/encoder\/w" is not finite after step 20\. The checkpoint before it is kept/,
      );
    }
    expect(await folder.savedStep()).toBe(10);
  });

  test.runIf(process.platform === "linux")("on a full disk keep the old one and say so", async () => {
    const folder = await create();
    await folder.saveCheckpoint(stateOf(10, 1));
    symlinkSync("/dev/full", `${folder.checkpointPath}.${process.pid}.tmp`);
    await expect(folder.saveCheckpoint(stateOf(20, 2))).rejects.toThrow(/the disk is full.*resume/);
    expect(await folder.loadCheckpoint(stateOf(0, 0))).toEqual(stateOf(10, 1));
    await folder.saveCheckpoint(stateOf(20, 2));
    expect(await folder.savedStep()).toBe(20);
  });

  test("cut short by something else are refused by name", async () => {
    const folder = await create();
    await folder.saveCheckpoint(stateOf(10, 1));
    writeFileSync(folder.checkpointPath, readFileSync(folder.checkpointPath).subarray(0, -3));
    await expect(folder.loadCheckpoint(stateOf(0, 0))).rejects.toThrow(/last\.safetensors is damaged/);
  });

  test("half written by a killed process are swept away, nothing else is", async () => {
    const folder = await create();
    await folder.saveCheckpoint(stateOf(10, 1));
    writeFileSync(`${folder.checkpointPath}.4711.tmp`, "half");
    writeFileSync(folder.fileNamed("config.json.4711.tmp"), "half");
    writeFileSync(folder.fileNamed("my notes.tmp"), "mine");
    folder.removeLeftovers();
    expect(readdirSync(join(path, "checkpoints"))).toEqual(["last.safetensors"]);
    expect(readdirSync(path).sort()).toEqual(["checkpoints", "config.json", "my notes.tmp"]);
  });
});

describe("metrics", () => {
  const metricsOf = (step: number) => [
    { step, name: "train/total", value: step / 2 },
    { step, name: "train/broken", value: null },
  ];
  const append = (folder: RunFolder, step: number) =>
    folder.appendMetrics(step, { "train/total": step / 2, "train/broken": Number.NaN });

  test("are lines of JSON in order, null for what is not finite", async () => {
    const folder = await create();
    expect(folder.readMetrics()).toEqual([]);
    append(folder, 1);
    folder.appendMetrics(2, {});
    append(folder, 3);
    expect(folder.readMetrics()).toEqual([...metricsOf(1), ...metricsOf(3)]);
    expect(readFileSync(folder.fileNamed("metrics.jsonl"), "utf8").split("\n")[0]).toBe(
      '{"step":1,"name":"train/total","value":0.5}',
    );
  });

  test("after a step are dropped, and so is a line that a crash cut off", async () => {
    const folder = await create();
    await folder.rewindMetrics(0);
    for (const step of [1, 2, 3]) append(folder, step);
    appendFileSync(folder.fileNamed("metrics.jsonl"), '{"step":2,"name":"tra');
    expect(folder.readMetrics()).toHaveLength(6);
    await folder.rewindMetrics(2);
    expect(folder.readMetrics()).toEqual([...metricsOf(1), ...metricsOf(2)]);
    append(folder, 3);
    expect(folder.readMetrics()).toEqual([1, 2, 3].flatMap(metricsOf));
  });

  test("a stretch of zeros, as a power cut leaves it, hides no whole line", async () => {
    const folder = await create();
    append(folder, 1);
    appendFileSync(folder.fileNamed("metrics.jsonl"), `${"\0".repeat(20)}\n5\n`);
    append(folder, 2);
    expect(folder.readMetrics()).toEqual([...metricsOf(1), ...metricsOf(2)]);
    await folder.rewindMetrics(9);
    expect(readFileSync(folder.fileNamed("metrics.jsonl"), "utf8")).not.toContain("\0");
  });

  test.runIf(process.platform === "linux")("on a full disk end the run in words", async () => {
    const folder = await create();
    symlinkSync("/dev/full", folder.fileNamed("metrics.jsonl"));
    expect(() => append(folder, 1)).toThrow(/metrics\.jsonl: the disk is full/);
  });

  test("in a folder that is gone end the run in words", async () => {
    const folder = await create();
    rmSync(path, { recursive: true });
    expect(() => append(folder, 1)).toThrow(/metrics\.jsonl: its folder is gone/);
    mkdirSync(path);
  });
});
