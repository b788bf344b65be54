/** The models of the step benches: our programs train, in chunks too, and the peers that are here compute the same. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkAgreement, warmUp } from "../bench/frame/agreement.js";
import { startSide } from "../bench/frame/side.js";
import { PEER_COLUMNS, peerProgram } from "../bench/frame/step-peers.js";
import { readCase, writeCase } from "../bench/models/case-file.js";
import { createChunkedTrainingStep } from "../bench/models/chunked-step.js";
import { type StepModelName, type StepShape, stepModels } from "../bench/models/index.js";
import { createTrainingStep, LEARNING_RATE, type TrainingStep } from "../bench/models/training-step.js";
import { chooseEngine, flattenTree, isHostArray } from "../src/compute/index.js";

/** The second loss went through gradients and an update. */
const NUM_STEPS = 2;
const engine = await chooseEngine("native");
const options = { numThreads: 1 };
/** Peers are processes with large libraries; on a busy machine they start slowly. */
const PATIENCE = 180_000;

/** Small enough for a test; the layers are those of the benches. */
const cases: Readonly<Record<string, readonly [StepModelName, StepShape]>> = {
  vit: ["vit", { batch: 2, width: 64, depth: 1, imageSize: 16 }],
  "small, nine frames": ["small", { batch: 2, frames: 9 }],
  resnet18: ["resnet18", { batch: 2, imageSize: 16 }],
};

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-bench-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const startOf = (model: StepModelName, shape: StepShape) => {
  const path = join(folder, `${model}-${JSON.stringify(shape)}.safetensors`);
  writeCase(stepModels[model](shape), path);
  return { path, start: readCase(path) };
};

const lossesOf = async (training: TrainingStep): Promise<number[]> => {
  const losses: number[] = [];
  try {
    for (let step = 0; step < NUM_STEPS; step++) losses.push((await training.step()).loss);
  } finally {
    await training.close();
  }
  return losses;
};

test("a case holds parameters, inputs and the options of AdamW, and is the same each time", () => {
  const shape = { batch: 2 };
  const { start } = startOf("small", shape);
  const paths = [...flattenTree(start.parameters, isHostArray).keys()];
  expect(paths).toContain("dynamics/hidden/weight");
  expect(start.inputs.images!.shape).toEqual([2, 3, 32, 32]);
  expect(Math.max(...start.inputs.images!.data)).toBeLessThan(1);
  expect(Number(start.metadata.learningRate)).toBe(LEARNING_RATE);
  const decayed: string[] = JSON.parse(start.metadata.decayed!);
  expect(decayed).toContain("encoder/latent/weight");
  expect(decayed.filter((path) => path.endsWith("bias"))).toEqual([]);
  expect(startOf("small", shape).start).toEqual(start);
});

test("the ViT step in chunks follows the step on the whole batch", async () => {
  const shape = { batch: 6, width: 64, depth: 1, imageSize: 16 };
  const { start } = startOf("vit", shape);
  const whole = await lossesOf(await createTrainingStep(stepModels.vit(shape), start, engine, options));
  const chunked = await lossesOf(await createChunkedTrainingStep(shape, 4, start, engine, options));
  for (const [step, loss] of whole.entries()) expect(Math.abs(chunked[step]! / loss - 1)).toBeLessThan(1e-5);
});

describe.each(Object.entries(cases))("%s", (_name, [model, shape]) => {
  test(
    "the peers that are here have the same losses",
    async () => {
      const { path, start } = startOf(model, shape);
      const ours = await lossesOf(await createTrainingStep(stepModels[model](shape), start, engine, options));
      expect(ours.every(Number.isFinite)).toBe(true);
      expect(new Set(ours).size).toBe(NUM_STEPS); // something is learnt, or at least changed
      for (const column of PEER_COLUMNS) {
        if (column === "jax-js wasm" && model === "resnet18") continue; // a step takes it half a minute
        const program = peerProgram(column, { model, shape, threads: 1, path });
        if (typeof program === "string") continue;
        const side = await startSide(program);
        try {
          checkAgreement(column, ours, (await warmUp(side, NUM_STEPS)).losses);
        } finally {
          side.kill();
        }
      }
    },
    PATIENCE,
  );
});
