/** Resume is exact: killed at any moment and resumed, a run ends with the bytes of the unbroken one. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { TrainConfig } from "./config.js";
import { runTraining } from "./run.js";
import { RunFolder } from "./run-folder.js";
import type { UntilKilled } from "./testing/run-until-killed.js";
import { tinyConfig } from "./testing/tiny-run.js";
import { usePictures } from "./testing/use-pictures.js";

const TOTAL_STEPS = 24;
const CHECKPOINT_EVERY = 5;
const script = fileURLToPath(new URL("./testing/run-until-killed.ts", import.meta.url));

const pictures = usePictures(40);

/** Start a process that kills itself, and wait for its end. */
async function runUntilKilled(order: UntilKilled): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", script, JSON.stringify(order)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaint = "";
  child.stderr!.on("data", (chunk) => {
    complaint += chunk;
  });
  const [, signal] = await once(child, "exit");
  expect(signal, complaint).toBe("SIGKILL");
}

function trainHere(path: string, config: TrainConfig, resume: boolean) {
  const cadence = { checkpointEvery: CHECKPOINT_EVERY, metersEvery: 5 };
  return runTraining({ config, cadence, set: pictures.set, path, resume });
}

function checkpointBytes(path: string): Buffer {
  return readFileSync(join(path, "checkpoints", "last.safetensors"));
}

/** What a run measured of its training, without times. */
async function trainingMetrics(path: string) {
  const lines = (await RunFolder.open(path)).readMetrics();
  return lines.filter(({ name }) => name.startsWith("train/"));
}

const configs: Record<string, () => TrainConfig> = {
  simclr: () => tinyConfig(pictures.set, { totalSteps: TOTAL_STEPS }),
  // chunks of 3, 3 and 2, with BatchNorm in the encoder
  "simclr in chunks": () => tinyConfig(pictures.set, { totalSteps: TOTAL_STEPS, chunkSize: 3 }),
  // draws noise every step
  lejepa: () =>
    tinyConfig(pictures.set, { totalSteps: TOTAL_STEPS, objective: { name: "lejepa", options: { numSlices: 16 } } }),
};

describe.each(Object.keys(configs))("a run of %s", (name) => {
  test("killed at a random step and again while it saves, then resumed, ends with the bytes of the unbroken run", async () => {
    const config = configs[name]!();
    const [whole, broken] = [pictures.path(`${name}-whole`), pictures.path(`${name}-broken`)];
    await trainHere(whole, config, false);

    // Once before or after the first checkpoint, once while one is written.
    const first = 1 + Math.floor(Math.random() * 9);
    const second = 11 + Math.floor(Math.random() * 4);
    const order = { folder: pictures.folder, path: broken, config, checkpointEvery: CHECKPOINT_EVERY };
    await runUntilKilled({ ...order, step: first, whileSaving: false });
    expect(await (await RunFolder.open(broken)).savedStep(), `killed after step ${first}`).toBe(first > 5 ? 5 : 0);

    await runUntilKilled({ ...order, step: second, whileSaving: true });
    expect(readdirSync(join(broken, "checkpoints")).some((file) => file.endsWith(".tmp"))).toBe(true);
    expect([10, 15, 20]).toContain(await (await RunFolder.open(broken)).savedStep());

    const result = await trainHere(broken, config, true);
    expect(result.isFinished).toBe(true);
    expect(checkpointBytes(broken).equals(checkpointBytes(whole)), `killed after steps ${first}, ${second}`).toBe(true);
    expect(await trainingMetrics(broken)).toEqual(await trainingMetrics(whole));
    expect(readdirSync(join(broken, "checkpoints"))).toEqual(["last.safetensors"]);
  });
});

test("another seed ends elsewhere: the comparison can fail", async () => {
  const config = tinyConfig(pictures.set, { totalSteps: 3, warmupSteps: 0 });
  await trainHere(pictures.path("seed-7"), config, false);
  await trainHere(pictures.path("seed-8"), { ...config, seed: 8 }, false);
  expect(checkpointBytes(pictures.path("seed-7")).equals(checkpointBytes(pictures.path("seed-8")))).toBe(false);
});

test("more threads than cores give the same bits again: a run keeps its threads on a smaller machine", async () => {
  const config = tinyConfig(pictures.set, { totalSteps: 4, numThreads: 5 });
  const paths = ["once", "again"].map((name) => pictures.path(`threads-${name}`));
  for (const path of paths) await trainHere(path, config, false);
  expect(checkpointBytes(paths[0]!).equals(checkpointBytes(paths[1]!))).toBe(true);
});
