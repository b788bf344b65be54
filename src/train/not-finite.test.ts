import { describe, expect, test } from "vitest";
import { flattenTree, float32, type HostArray, isHostArray } from "../compute/index.js";
import { explainNotFinite, NotFiniteError } from "./not-finite.js";
import { stepArraysOf, type TrainState } from "./state.js";
import { tinyStep } from "./testing/tiny-step.js";
import { NO_TARGET, type TrainingStep } from "./training-step.js";

const vector = (...values: number[]) => float32(values, [values.length]);
const sound: TrainState = {
  step: 4,
  trainable: { first: vector(1), last: vector(2) },
  buffers: {},
  slots: {},
  target: NO_TARGET,
};
const noInputs = { views: {}, actions: {}, masks: {}, noise: {}, scalars: {}, steadyScalars: {}, scheduled: {} };

/** The message for a failed step 5 with these scalars and this gradient. */
async function messageFor(
  scalars: Readonly<Record<string, number>>,
  gradient: Readonly<Record<string, HostArray>> = {},
  state = sound,
): Promise<string> {
  const step = { gradient: async () => gradient } as unknown as TrainingStep;
  const error = await explainNotFinite({ step, state, inputs: noInputs, scalars });
  expect(error).toBeInstanceOf(NotFiniteError);
  expect(error).toMatchObject({ step: 5, scalars });
  return error.message;
}

describe("what broke a step is", () => {
  test("the term of the loss rather than the loss", async () => {
    const scalars = { "train/total": Number.NaN, "train/invariance": 1, "train/variance": Number.POSITIVE_INFINITY };
    expect(await messageFor(scalars)).toMatch(
      /^train: the loss term variance is Infinity at step 5\. The state before it is unharmed\. Start a new run/,
    );
    expect(await messageFor({ "train/total": Number.NaN })).toMatch(/the loss is NaN at step 5/);
  });

  test("the first gradient on the way back, with how far it spread", async () => {
    const scalars = { "train/total": 1, "train/gradientNorm": Number.NaN };
    const broken = vector(1, Number.NaN);
    expect(await messageFor(scalars, { stem: broken, middle: broken, head: vector(1) })).toMatch(
      'the gradient of "middle" is NaN at step 5, and that of 1 parameter before it.',
    );
    expect(await messageFor(scalars, { stem: vector(Number.NEGATIVE_INFINITY), head: vector(1) })).toMatch(
      'the gradient of "stem" is -Infinity at step 5.',
    );
  });

  test("a gradient whose length overflows, by its largest part", async () => {
    const scalars = { "train/total": 1, "train/gradientNorm": Number.POSITIVE_INFINITY };
    expect(await messageFor(scalars, { stem: vector(1), head: vector(2, -3e30) })).toMatch(
      'the gradient is too long for float32 at step 5: "head" reaches 3.0e+30.',
    );
  });

  test("the state before it, if that was broken already: it is not worth keeping", async () => {
    const state = { ...sound, slots: { second: { last: vector(Number.NaN) } } };
    expect(await messageFor({ "train/total": Number.NaN }, {}, state)).toMatch(
      /^train: "slots\/second\/last" is not finite since the update of step 4\. Start a new run/,
    );
  });
});

describe.each([undefined, 4])("in a real step, in chunks of %s,", (chunkSize) => {
  test("the first parameter whose gradient overflows is named, and the state is as it was", async () => {
    const tiny = tinyStep({ encoder: "convnet", objective: "lejepa" });
    // The loss stays finite. The gradient overflows on its way back through the last weights, and before them reaches
    // the bias of the norm, the parameters before which it spoils too.
    const state = scaled(tiny.start, { "projector/hidden0/norm/gain": 1e-10, "projector/output/weight": 1e28 });
    const before = structuredClone(state);
    const inputs = tiny.inputsAt(0);
    const step = await tiny.compile(chunkSize);
    try {
      const { report } = await step.run({ ...stepArraysOf(state), ...inputs });
      const scalars = { "train/total": report.total.data[0]!, "train/gradientNorm": report.gradientNorm.data[0]! };
      expect(Number.isFinite(scalars["train/total"])).toBe(true);
      expect(Number.isFinite(scalars["train/gradientNorm"])).toBe(false);
      const { message } = await explainNotFinite({ step, state, inputs, scalars });
      expect(message).toMatch(
        /the gradient of "projector\/hidden0\/norm\/bias" is (NaN|-?Infinity) at step 1, and those of \d+ parameters before/,
      );
      expect(state).toEqual(before);
    } finally {
      await step.dispose();
    }
  });
});

/** A copy of a state with some parameters multiplied. */
function scaled(state: TrainState, factors: Readonly<Record<string, number>>): TrainState {
  const copy = structuredClone(state);
  const parameters = flattenTree<HostArray>(copy.trainable, isHostArray);
  for (const [path, factor] of Object.entries(factors)) {
    const { data } = parameters.get(path)!;
    for (let i = 0; i < data.length; i++) data[i]! *= factor;
  }
  return copy;
}
