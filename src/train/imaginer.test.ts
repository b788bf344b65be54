/** Imagining: the functions of training, on a model's own numbers, in batches of any size. */
import { afterAll, describe, expect, test } from "vitest";
import { type Branch, type HostArray, keyFor, ShapeError, ValueError } from "../compute/index.js";
import { wavyArray } from "../compute/testing/gradient-check.js";
import { initialise } from "../nn/index.js";
import type { TrainConfig } from "./config.js";
import { createImaginer, type Imaginer } from "./imaginer.js";
import { buildModel } from "./model.js";

const [SIZE, A, D, K] = [8, 2, 5, 3];

function configWith(memoryDim: number): TrainConfig {
  const clips = {
    ...{ clipLength: 4, frameStride: 1, clipEvery: 1, means: [0], stds: [1] },
    ...{ observation: "frames" as const, actionDim: A },
  };
  return {
    data: { kind: "clips", source: "none", numImages: 8, channels: 1, digest: "", clips },
    imageSize: SIZE,
    objective: { name: "worldModel", options: { stateDim: D, memoryDim, numCodes: K } },
    encoder: { name: "placeConvnet", options: { width: 2, stages: 2, featureDim: 6 } },
    ...{ engine: "native", numThreads: 1 },
  } as unknown as TrainConfig;
}

const opened: Imaginer[] = [];
async function imaginerWith(memoryDim = 0): Promise<Imaginer> {
  const config = configWith(memoryDim);
  const imaginer = await createImaginer(config, initialise(buildModel(config).specs as never, keyFor(1)) as never);
  opened.push(imaginer);
  return imaginer;
}
afterAll(async () => {
  for (const imaginer of opened) await imaginer.close();
});

const pictures = (count: number) => Float32Array.from(wavyArray([count, 1, SIZE, SIZE], 4).data);
const actionsFor = (count: number, horizon: number) => Float32Array.from(wavyArray([count, horizon, A], 9).data);

describe.each([0, 4])("with a memory of %i", (memoryDim) => {
  test("states have mean 0 and variance 1, each its own picture's, however many are asked about", async () => {
    const imaginer = await imaginerWith(memoryDim);
    const all = await imaginer.statesOf(pictures(70), 70); // more than are encoded together
    for (const row of [0, 69]) {
      const state = all.subarray(row * D, (row + 1) * D);
      expect(state.reduce((a, b) => a + b)).toBeCloseTo(0, 4);
      const picture = pictures(70).slice(row * SIZE * SIZE, (row + 1) * SIZE * SIZE);
      const alone = await imaginer.statesOf(picture, 1);
      for (let d = 0; d < D; d++) expect(alone[d]).toBeCloseTo(state[d]!, 5);
    }
  });

  test("one standing for all candidates is the same as one for each; futures differ, chances sum to 1", async () => {
    const imaginer = await imaginerWith(memoryDim);
    const state = await imaginer.statesOf(pictures(1), 1);
    const one = await imaginer.look([state], [], 1);
    const repeated = {
      state: Float32Array.from([...one.state, ...one.state, ...one.state]),
      ...(one.memory && { memory: Float32Array.from([...one.memory, ...one.memory, ...one.memory]) }),
    };
    const sizes = { count: 3, horizon: 2 };
    const a = await imaginer.imagine(one, actionsFor(3, 2), sizes);
    const b = await imaginer.imagine(repeated, actionsFor(3, 2), sizes);
    expect(a.states).toHaveLength(3 * K * 2 * D);
    for (const [i, value] of a.states.entries()) expect(b.states[i]).toBeCloseTo(value, 5);
    expect(a.states.slice(0, 2 * D)).not.toEqual(a.states.slice(2 * D, 4 * D));
    for (let i = 0; i < 3; i++) {
      expect(a.chances.subarray(i * K, (i + 1) * K).reduce((x, y) => x + y)).toBeCloseTo(1, 12);
    }
  });

  test("a rollout goes on from its own predictions: two steps at once or one after the other", async () => {
    if (memoryDim > 0) return; // the memory within a rollout is its own
    const imaginer = await imaginerWith(memoryDim);
    const state = await imaginer.statesOf(pictures(1), 1);
    const actions = actionsFor(1, 2);
    const both = await imaginer.imagine({ state }, actions, { count: 1, horizon: 2 });
    const first = await imaginer.imagine({ state }, actions.slice(0, A), { count: 1, horizon: 1 });
    const then = await imaginer.imagine({ state: first.states.slice(0, D) }, actions.slice(A), {
      count: 1,
      horizon: 1,
    });
    for (let d = 0; d < D; d++) expect(then.states[d]).toBeCloseTo(both.states[D + d]!, 5);
  });
});

test("what was seen before counts with a memory", async () => {
  const imaginer = await imaginerWith(4);
  const states = await imaginer.statesOf(pictures(3), 3);
  const at = (i: number) => states.slice(i * D, (i + 1) * D);
  const step = new Float32Array(A);
  const [a, b] = [await imaginer.look([at(0), at(2)], [step], 1), await imaginer.look([at(1), at(2)], [step], 1)];
  expect(a.state).toEqual(b.state);
  expect(a.memory).not.toEqual(b.memory);
});

test.each([0, 4])("surprise is the error of the best future, one step ahead (memory %i)", async (memoryDim) => {
  const imaginer = await imaginerWith(memoryDim);
  const all = await imaginer.statesOf(pictures(3), 3);
  const states = [0, 1, 2].map((i) => all.slice(i * D, (i + 1) * D));
  const actions = [actionsFor(1, 1), actionsFor(1, 2).slice(A)];
  const surprises = await imaginer.surprises(states, actions, 1);
  expect(surprises).toHaveLength(2);
  const standing = await imaginer.look(states.slice(0, 2), [actions[0]!], 1);
  const { states: said } = await imaginer.imagine(standing, actions[1]!, { count: 1, horizon: 1 });
  const errors = [0, 1, 2].map((k) => states[2]!.reduce((sum, x, d) => sum + (x - said[k * D + d]!) ** 2 / D, 0));
  expect(surprises[1]).toBeCloseTo(Math.min(...errors), 5);
});

test("bad input is named", async () => {
  const imaginer = await imaginerWith();
  await expect(imaginer.statesOf(new Float32Array(5), 1)).rejects.toThrow(ShapeError);
  const broken = pictures(2);
  broken[SIZE * SIZE + 3] = Number.NaN;
  await expect(imaginer.statesOf(broken, 2)).rejects.toThrow(/observation 1/);
  const state = new Float32Array(D);
  await expect(imaginer.imagine({ state }, new Float32Array(3), { count: 1, horizon: 1 })).rejects.toThrow(
    /"actions" must have shape \[1, 1, 2\]/,
  );
  const config = configWith(0);
  const { clips: _clips, ...data } = config.data;
  const parameters = {} as Branch<HostArray>;
  await expect(createImaginer({ ...config, data } as TrainConfig, parameters)).rejects.toThrow(ValueError);
});
