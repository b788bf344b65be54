/** World models: what the conformance suites cannot say. */
import { describe, expect, test } from "vitest";
import {
  type Branch,
  type HostArray,
  keyFor,
  resolveOptions,
  runOnce,
  type Tensor,
  ValueError,
} from "../compute/index.js";
import { wavyArray } from "../compute/testing/gradient-check.js";
import { initialise, trainingMode } from "../nn/index.js";
import { objectiveValue } from "./objective-value.js";
import { fromRows, normalProjections } from "./testing/projections.js";
import { worldModel } from "./world-model.js";
import { worldModelHead } from "./world-model-head.js";

const [B, F, A] = [4, 6, 2];
const encoder = { featureDim: F, gridSizeOf: () => 1 };

/** What the head says of features of T observations, with actions between them. */
async function said(
  given: Readonly<Record<string, unknown>>,
  features: readonly HostArray[],
  actions: HostArray = wavyArray([B, features.length - 1, A], 50),
) {
  const config = resolveOptions("worldModel", worldModel.options, { stateDim: 5, ...given });
  const head = worldModelHead({ encoder, channels: 1, imageSize: 8, projector: undefined, actionDim: A }, config);
  const parameters = initialise(head.modules, keyFor(3)) as Branch<HostArray>;
  const inputs = { parameters, actions, features: Object.fromEntries(features.map((x, t) => [`${t}`, x])) };
  return runOnce(inputs, (tensors) => {
    const { parameters: own, actions: taken, features: seen } = tensors as unknown as Record<string, Tensor>;
    const encoded = Object.values(seen as unknown as Readonly<Record<string, Tensor>>);
    const { sequence, projections } = head.forward({
      online: { encoded, parameters: own as never, mode: trainingMode() },
      ...{ actions: taken!, views: [], masks: {}, scalars: {}, numGlobalViews: encoded.length },
    });
    const { futures, prior, guessedActions } = sequence!;
    const flat = futures.flatMap((states, k) => states.map((state, t) => [`future${k} step${t}`, state] as const));
    return {
      ...Object.fromEntries(flat),
      ...(prior && { prior }),
      guess: guessedActions![0]!,
      lastState: projections.at(-1)!,
    } as Record<string, Tensor>;
  });
}

const features = Array.from({ length: 5 }, (_, t) => wavyArray([B, F], t + 1));

describe("what is predicted", () => {
  const options = { contextLength: 2, numCodes: 3, memoryDim: 4 };

  test("has one state a future and step, and a prior over the futures", async () => {
    const out = await said(options, features);
    expect(Object.keys(out).filter((name) => name.startsWith("future"))).toHaveLength(3 * 3);
    expect(out.prior!.shape).toEqual([B, 3]);
    expect(out.guess!.shape).toEqual([B, A]);
    expect(out["future0 step0"]!.data).not.toEqual(out["future1 step0"]!.data);
  });

  test("knows nothing of what comes after the context: neither futures nor their prior", async () => {
    const changed = features.map((x, t) => (t < 2 ? x : wavyArray([B, F], 90 + t)));
    const [a, b] = [await said(options, features), await said(options, changed)];
    for (const name of Object.keys(a).filter((key) => key.startsWith("future") || key === "prior")) {
      expect(b[name]!.data, name).toEqual(a[name]!.data);
    }
    expect(b.lastState!.data, "while the states do").not.toEqual(a.lastState!.data);
  });

  test("depends on what was seen before the last observation only through a memory", async () => {
    const changed = features.map((x, t) => (t === 0 ? wavyArray([B, F], 70) : x));
    for (const memoryDim of [0, 4]) {
      const given = { ...options, memoryDim };
      const [a, b] = [await said(given, features), await said(given, changed)];
      const isSame = a["future0 step0"]!.data.every((x, i) => x === b["future0 step0"]!.data[i]);
      expect(isSame).toBe(memoryDim === 0);
    }
  });

  test("is driven by the actions, each from its own step on", async () => {
    const actions = wavyArray([B, 4, A], 50);
    const later = { ...actions, data: actions.data.slice() };
    for (let i = 0; i < B; i++) later.data[(i * 4 + 2) * A] = 9; // between observations 2 and 3
    const [a, b] = [await said(options, features, actions), await said(options, features, later)];
    expect(b["future0 step0"]!.data).toEqual(a["future0 step0"]!.data);
    expect(b["future0 step1"]!.data).not.toEqual(a["future0 step1"]!.data);
  });

  test("needs something to predict", async () => {
    await expect(said({ contextLength: 5 }, features)).rejects.toThrow(ValueError);
    await expect(said({ contextLength: 5 }, features)).rejects.toThrow(/less than the 5 observations of a clip/);
  });
});

describe("the loss", () => {
  const states = [0, 1, 2].map((t) => normalProjections(8, 4, t));

  test("leaves out terms whose weight is 0, and adds what several futures need", async () => {
    const sequence = (given: readonly Tensor[]) => ({
      contextLength: 1,
      futures: [given.slice(1), given.slice(1).map((state) => state.add(1))],
      prior: given[0]!.slice(1, 0, 2),
    });
    const config = { numCodes: 2, varianceWeight: 0, covarianceWeight: 0, sigregWeight: 0.1, straighteningWeight: 1 };
    const { terms } = await objectiveValue("worldModel", states, { config, sequence });
    expect(Object.keys(terms)).toEqual([
      ...["prediction", "sigreg", "similarity", "inverseDynamics", "straightening", "prior", "futuresInUse"],
    ]);
    expect(terms.prediction, "the first future is exact").toBe(0);
    expect(terms.futuresInUse).toBeCloseTo(1, 5);
    expect(terms.inverseDynamics, "nobody acts").toBe(0);
  });

  test("of actions is their mean squared error", async () => {
    const taken = fromRows(Array.from({ length: 8 }, () => [1, 2]));
    const { Tensor } = await import("../compute/index.js");
    const sequence = (given: readonly Tensor[]) => ({
      contextLength: 1,
      futures: [given.slice(1)],
      actions: [Tensor.constant(taken)],
      guessedActions: [given[0]!.slice(1, 0, 2)],
    });
    const { terms } = await objectiveValue("worldModel", states, { sequence });
    let sum = 0;
    for (let i = 0; i < 8; i++) for (const a of [0, 1]) sum += (states[0]!.data[i * 4 + a]! - (1 + a)) ** 2 / 16;
    expect(terms.inverseDynamics).toBeCloseTo(sum, 5);
  });

  test("asks for what the head predicted", async () => {
    await expect(objectiveValue("worldModel", states)).rejects.toThrow(/"sequence" must have at least 1 future/);
    const sequence = (given: readonly Tensor[]) => ({ contextLength: 1, futures: [given.slice(2)] });
    await expect(objectiveValue("worldModel", states, { sequence })).rejects.toThrow(/"sequence.futures\[0\]"/);
  });
});
