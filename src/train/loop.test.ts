import { describe, expect, test } from "vitest";
import { float32, type HostArray } from "../compute/index.js";
import { train } from "./loop.js";
import { NotFiniteError } from "./not-finite.js";
import type { TrainState } from "./state.js";
import { tinyConfig } from "./testing/tiny-run.js";
import { usePictures } from "./testing/use-pictures.js";
import { createTrainer, type Trainer } from "./trainer.js";
import type { StepOutputs } from "./training-step.js";
import { NO_TARGET } from "./training-step.js";

const scalar = (value: number): HostArray => float32([value], []);
const vector = (...values: number[]): HostArray => float32(values, [values.length]);

interface Measured {
  readonly total?: number;
  readonly invariance?: number;
  readonly gradientNorm?: number;
}

/** A trainer whose step adds 1 to the only parameter, and which reports what the test says. */
function countingTrainer(totalSteps: number, reportAt: (step: number) => Measured = () => ({})) {
  const targets: (StepOutputs | undefined)[] = [];
  const trainer = {
    config: { totalSteps },
    learningRate: (step: number) => step / 100,
    inputsAt: async (step: number) => ({
      views: { view0: vector(step) },
      noise: {},
      scheduled: { emaDecay: scalar(0.9) },
      scalars: {},
    }),
    step: {
      gradient: async ({ trainable }: { trainable: { w: HostArray } }) => ({
        w: vector(reportAt(trainable.w.data[0]!).gradientNorm ?? 2),
      }),
      async run(
        { trainable, views }: { trainable: { w: HostArray }; views: { view0: HostArray } },
        into?: StepOutputs,
      ) {
        targets.push(into);
        const step = views.view0.data[0]!;
        const { total = 1, invariance = 0.5, gradientNorm = 2 } = reportAt(step);
        const target = (into?.trainable as { w: HostArray } | undefined)?.w ?? vector(0);
        target.data[0] = trainable.w.data[0]! + 1;
        return {
          trainable: { w: target },
          slots: {},
          report: {
            total: scalar(total),
            terms: { invariance: scalar(invariance) },
            gradientNorm: scalar(gradientNorm),
            features: vector(0),
            projections: vector(0),
          },
        };
      },
    },
  } as unknown as Trainer;
  return { trainer, targets };
}

const startAt = (step: number): TrainState => ({
  step,
  trainable: { w: vector(step) },
  buffers: {},
  slots: {},
  target: NO_TARGET,
});
const parameterOf = (state: TrainState) => (state.trainable as { w: HostArray }).w.data[0];

describe("the loop", () => {
  test("makes every step of the schedule once, from wherever it starts", async () => {
    for (const first of [0, 3]) {
      const steps: number[] = [];
      for await (const { step, state, scalars } of train(countingTrainer(5).trainer, startAt(first))) {
        steps.push(step);
        expect(parameterOf(state)).toBe(step);
        expect(scalars).toEqual({
          "train/total": 1,
          "train/invariance": 0.5,
          "schedule/emaDecay": expect.closeTo(0.9, 6),
          "train/gradientNorm": 2,
          "train/learningRate": (step - 1) / 100,
        });
      }
      expect(steps).toEqual([1, 2, 3, 4, 5].slice(first));
    }
  });

  test("of a finished run makes no step", async () => {
    const events = train(countingTrainer(5).trainer, startAt(5));
    expect(await events.next()).toEqual({ done: true, value: startAt(5) });
  });

  test("writes a step over what the step before last left, never over what it reads", async () => {
    const { trainer, targets } = countingTrainer(4);
    const start = startAt(0);
    const states: TrainState[] = [];
    for await (const { state } of train(trainer, start)) states.push(state);
    const memoryOf = (tree: unknown) => (tree as { w: HostArray }).w.data;
    expect(targets[0]).toBeUndefined();
    expect(memoryOf(targets[1]!.trainable)).toBe(memoryOf(start.trainable));
    expect(memoryOf(targets[2]!.trainable)).toBe(memoryOf(states[0]!.trainable));
    expect(memoryOf(targets[3]!.trainable)).toBe(memoryOf(states[1]!.trainable));
  });
});

describe("a loss that is not finite ends the loop", () => {
  test.each<[Measured, RegExp]>([
    [{ total: Number.NaN, invariance: Number.NaN }, /^train: the loss term invariance is NaN at step 3\./],
    [{ total: Number.POSITIVE_INFINITY }, /^train: the loss is Infinity at step 3\./],
    [{ gradientNorm: Number.NaN }, /^train: the gradient of "w" is NaN at step 3\./],
  ])("%j", async (broken, message) => {
    const { trainer } = countingTrainer(5, (step) => (step === 2 ? broken : {}));
    let last: TrainState | undefined;
    const loop = async () => {
      for await (const { state } of train(trainer, startAt(0))) last = state;
    };
    const error = await loop().catch((caught) => caught);
    expect(error).toBeInstanceOf(NotFiniteError);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/The state before it is unharmed\..*lower learning rate/);
    expect(error).toMatchObject({ step: 3, scalars: { "train/learningRate": 0.02 } });
    expect(last!.step).toBe(2);
    expect(parameterOf(last!)).toBe(2);
  });
});

describe("a real trainer", () => {
  const pictures = usePictures(16);

  test.each(["native", "wasm"])("learns on the %s engine: the loss of one batch falls", async (engine) => {
    // One batch an epoch and plain views, so that all steps see the same.
    const plain = { size: 16, steps: [{ name: "centreCrop" }, { name: "normalise" }] } as const;
    const config = tinyConfig(pictures.set, {
      engine,
      batchSize: 16,
      views: [plain, plain],
      totalSteps: 8,
      warmupSteps: 0,
      learningRate: 1e-2,
    });
    const trainer = await createTrainer(config, pictures.set);
    try {
      const losses: number[] = [];
      for await (const { scalars } of train(trainer, trainer.initial)) losses.push(scalars["train/total"]!);
      // At the start all directions are much alike: log(2B − 1) less what positives gain.
      expect(losses[0]).toBeLessThan(Math.log(31));
      expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.2);
    } finally {
      await trainer.close();
    }
  });
});
