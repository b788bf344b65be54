import { beforeAll, describe, expect, test } from "vitest";
import {
  chooseEngine,
  type Engine,
  float32,
  keyFor,
  Random,
  resolveOptions,
  runOnce,
  type Tensor,
  ValueError,
} from "../../compute/index.js";
import { convnet } from "../../encoders/convnet.js";
import { vit } from "../../encoders/vit.js";
import { evaluationMode, initialise } from "../../nn/index.js";
import { attentionPooling } from "./attention-pooling.js";
import { type HeadTask, headScore } from "./head-task.js";
import { createHeadTrainer, type FitOptions } from "./head-trainer.js";
import { featureInputs, type InputSource } from "./inputs.js";
import { attentiveTrunk, encoderTrunk, sharedLayerTrunk } from "./trunk.js";

let engine: Engine;
beforeAll(async () => {
  engine = await chooseEngine();
});

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Features of which dimension 0 tells the class, 1 the number and 2 and 3 the tags. */
function problem(n: number) {
  const random = new Random(keyFor(5, "problem"));
  const values = Float32Array.from({ length: n * 6 }, () => random.normal());
  const tasks: HeadTask[] = [
    {
      name: "side",
      kind: "class",
      width: 2,
      targets: Float64Array.from(range(0, n), (i) => (values[i * 6]! > 0 ? 1 : 0)),
    },
    {
      name: "size",
      kind: "number",
      width: 1,
      targets: Float64Array.from(range(0, n), (i) => 40 + 10 * values[i * 6 + 1]!),
    },
    {
      name: "tags",
      kind: "tags",
      width: 2,
      targets: Float64Array.from(range(0, 2 * n), (i) => (values[(i >> 1) * 6 + 2 + (i % 2)]! > 0.5 ? 1 : 0)),
    },
  ];
  return { source: { numImages: n, dim: 6, values }, tasks };
}

describe("many heads on features", () => {
  const { source, tasks } = problem(400);
  const base: FitOptions = {
    tasks,
    inputs: featureInputs(source),
    train: range(0, 300),
    validation: [],
    steps: 150,
    learningRate: 1e-2,
    weightDecay: 0,
    seed: 1,
  };
  const trainerFor = (heads: readonly HeadTask[]) =>
    createHeadTrainer({ trunk: sharedLayerTrunk(6, 32), heads, batchSize: 64, engine });
  const testRows = range(300, 400);

  test("learn together what each has to learn, numbers in their own unit", async () => {
    const trainer = await trainerFor(tasks);
    const fitted = await trainer.fit(base);
    const outputs = await fitted.predict(testRows);
    const scores = tasks.map((task, i) => headScore(task, outputs[i]!, testRows));
    expect(scores[0]).toBeGreaterThan(0.93);
    expect(scores[1]).toBeGreaterThan(0.95);
    expect(scores[2]).toBeGreaterThan(0.93);
    expect(Math.abs(outputs[1]!.reduce((sum, y) => sum + y, 0) / 100 - 40)).toBeLessThan(3);
    // again with the same compiled program: the same bits
    expect(await (await trainer.fit(base)).predict(testRows)).toEqual(outputs);
    await trainer.dispose();
  });

  test("rows that are not known to a head do not move it", async () => {
    const trainer = await trainerFor([tasks[1]!]);
    const withHoles = (filler: number): HeadTask => ({
      ...tasks[1]!,
      targets: tasks[1]!.targets.map((y, i) => (i % 3 === 0 ? filler : y)),
    });
    const holed = await trainer.fit({ ...base, tasks: [withHoles(Number.NaN)] });
    expect(headScore(tasks[1]!, (await holed.predict(testRows))[0]!, testRows)).toBeGreaterThan(0.95);
    const spoilt = await trainer.fit({ ...base, tasks: [withHoles(4000)] });
    expect(headScore(tasks[1]!, (await spoilt.predict(testRows))[0]!, testRows)).toBeLessThan(0.5);
    await trainer.dispose();
  });

  test("validation stops before noise is learnt by heart; without it the last step is kept", async () => {
    const random = new Random(keyFor(2, "coin"));
    const coin: HeadTask = {
      ...tasks[0]!,
      targets: tasks[0]!.targets.map((label, i) => (i < 300 && random.chance(0.45) ? 1 - label : label)),
    };
    const trainer = await trainerFor([coin]);
    const given = { ...base, tasks: [coin], train: range(0, 40), steps: 400 };
    const last = await trainer.fit(given);
    expect(last.step).toBe(400);
    const stopped = await trainer.fit({ ...given, validation: range(200, 300) });
    expect(stopped.step % 40).toBe(0);
    expect(stopped.step).toBeLessThanOrEqual(400);
    await trainer.dispose();
  });

  test("a task without an answer is refused by name, an aborted fit stops", async () => {
    const trainer = await trainerFor([tasks[0]!]);
    const one = { ...tasks[0]!, targets: new Float64Array(400) };
    await expect(trainer.fit({ ...base, tasks: [one] })).rejects.toThrow(ValueError);
    await expect(trainer.fit({ ...base, tasks: [tasks[0]!], signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    await trainer.dispose();
  });
});

/** Images that are dark on one side: class 0 left, class 1 right. */
function halves(n: number): { inputs: InputSource; task: HeadTask } {
  const random = new Random(keyFor(3, "halves"));
  const targets = Float64Array.from(range(0, n), (i) => i % 2);
  const images = range(0, n).map((i) =>
    Float32Array.from({ length: 64 }, (_, p) => (p % 8 < 4 === (i % 2 === 0) ? -1 : 1) + 0.5 * random.normal()),
  );
  const read = (rows: readonly number[]) => {
    const values = new Float32Array(rows.length * 64);
    for (const [i, row] of rows.entries()) values.set(images[row]!, i * 64);
    return values;
  };
  const orders = featureInputs({ numImages: 1, dim: 1, values: new Float32Array(1) });
  return {
    inputs: { forTraining: read, plain: read, orderOf: orders.orderOf },
    task: { name: "half", kind: "class", width: 2, targets },
  };
}

describe("encoders", () => {
  const { inputs, task } = halves(120);
  const base = { tasks: [task], inputs, train: range(0, 80), validation: [], steps: 40, weightDecay: 0, seed: 0 };
  const testRows = range(80, 120);
  const accuracyOf = async (fitted: { predict(rows: readonly number[]): Promise<Float64Array[]> }) =>
    headScore(task, (await fitted.predict(testRows))[0]!, testRows);

  test("a ConvNet learns from scratch, BatchNorm and all", async () => {
    const options = resolveOptions("convnet", convnet.options, { width: 4, stages: 2 });
    const encoder = convnet.build({ channels: 1, imageSize: 8 }, options);
    const trunk = encoderTrunk(encoder, [1, 8, 8]);
    const trainer = await createHeadTrainer({ trunk, heads: [task], batchSize: 16, engine });
    expect(await accuracyOf(await trainer.fit({ ...base, learningRate: 1e-2 }))).toBeGreaterThan(0.9);
    await trainer.dispose();
  });

  test("attention finds the telling places of a frozen encoder, which stays as it is", async () => {
    const options = resolveOptions("vit", vit.options, { width: 16, depth: 1, numHeads: 2, patchSize: 4 });
    const encoder = vit.build({ channels: 1, imageSize: 8 }, options);
    const frozen = initialise(encoder.parameters, keyFor(0));
    const before = JSON.stringify(frozen);
    const trunk = attentiveTrunk(encoder, frozen as never, [1, 8, 8], 2);
    const trainer = await createHeadTrainer({ trunk, heads: [task], batchSize: 16, engine });
    const fitted = await trainer.fit({ ...base, steps: 150, learningRate: 2e-2 });
    expect(await accuracyOf(fitted)).toBeGreaterThan(0.9);
    expect(JSON.stringify(frozen)).toBe(before);
    await trainer.dispose();
  });
});

describe("attention pooling", () => {
  test("agrees with loops, one head at a time", async () => {
    const [B, N, D, heads] = [2, 3, 4, 2];
    const pooling = attentionPooling(D, heads);
    const random = new Random(keyFor(1));
    const tokens = float32(
      Float32Array.from({ length: B * N * D }, () => random.normal()),
      [B, N, D],
    );
    const parameters = initialise(pooling.parameters, keyFor(2));
    for (const { data } of [parameters.query, parameters.key.weight]) data.set(data.map((x) => 30 * x));
    const { pooled } = await runOnce({ parameters, tokens }, (given) => ({
      pooled: pooling.apply(given.parameters as never, given.tokens as Tensor, evaluationMode()),
    }));
    for (let b = 0; b < B; b++) {
      const rows = range(0, N).map((n) =>
        normed(Array.from(tokens.data.subarray((b * N + n) * D, (b * N + n + 1) * D))),
      );
      const keys = rows.map((row) => times(row, parameters.key.weight.data));
      const values = rows.map((row) => times(row, parameters.value.weight.data));
      for (let head = 0; head < heads; head++) {
        const scores = keys.map((key) =>
          Math.exp(
            [0, 1].reduce((sum, d) => sum + key[head * 2 + d]! * parameters.query.data[head * 2 + d]!, 0) / Math.SQRT2,
          ),
        );
        const total = scores.reduce((a, b) => a + b);
        for (const d of [0, 1]) {
          const wanted = values.reduce((sum, value, n) => sum + (scores[n]! / total) * value[head * 2 + d]!, 0);
          expect(pooled.data[b * D + head * 2 + d]).toBeCloseTo(wanted, 5);
        }
      }
    }
  });

  test("the width must be divisible by the heads", () => {
    expect(() => attentionPooling(10, 3)).toThrow(/a divisor of the width 10/);
  });
});

function normed(row: number[]): number[] {
  const mean = row.reduce((a, b) => a + b) / row.length;
  const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length;
  return row.map((x) => (x - mean) / Math.sqrt(variance + 1e-6));
}

function times(row: number[], weight: ArrayLike<number>): number[] {
  return row.map((_, out) => row.reduce((sum, x, d) => sum + x * weight[d * row.length + out]!, 0));
}
