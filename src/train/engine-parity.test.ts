/** Whole training steps, encoder to update: every engine takes the same steps, and the native one to the bit. */
import { describe, expect, test } from "vitest";
import {
  compile,
  type EngineName,
  engines,
  float32,
  type HostArray,
  keyFor,
  Random,
  resolveOptions,
  sizeOf,
} from "../compute/index.js";
import { tinyOptions } from "../encoders/testing/tiny.js";
import { adamw, type Optimizer, scalarInputs, warmupCosine } from "../optim/index.js";
import { buildModel } from "./model.js";
import { arraysOf, initialState, type TrainState } from "./state.js";
import { traceStep, viewSpecs } from "./step-program.js";

const NUM_STEPS = 5;
const VIEW_SHAPE = [6, 3, 8, 8] as const; // [B, C, H, W]
const projector = { hiddenDim: 8, numHiddenLayers: 1, outDim: 6 };
/** Largest difference allowed between engines after all steps, relative to the largest number of each array. */
const TOLERANCE = 1e-3;

interface Case {
  readonly encoder: string;
  readonly objective: string;
}

function modelOf({ encoder, objective }: Case) {
  return buildModel({
    encoder: { name: encoder, options: tinyOptions[encoder] ?? {} },
    objective: { name: objective, options: {} },
    projector,
    imageSize: VIEW_SHAPE[3],
    data: { source: "noise", digest: "", numImages: VIEW_SHAPE[0], channels: VIEW_SHAPE[1] },
  });
}

/** Everything a step reads beside the state: a function of the step. */
function inputsAt(model: ReturnType<typeof modelOf>, config: ReturnType<typeof optimizerConfig>, step: number) {
  const view = (v: number): HostArray => {
    const random = new Random(keyFor(1, "view", v, step));
    return float32(
      Float32Array.from({ length: sizeOf(VIEW_SHAPE) }, () => random.normal()),
      VIEW_SHAPE,
    );
  };
  const schedule = warmupCosine({ peak: 1e-2, warmupSteps: 2, totalSteps: NUM_STEPS });
  const dims = { batchSize: VIEW_SHAPE[0], projectionDim: projector.outDim };
  const noise = model.objective.noise?.(model.objectiveConfig, dims, new Random(keyFor(1, "noise", step))) ?? {};
  const at = { step, learningRate: schedule(step), weightDecay: 0.05 };
  return { views: { view0: view(0), view1: view(1) }, noise, scalars: scalarInputs(adamw.scalars(at, config)) };
}

/** Adam divides by the gradient's size: with its usual epsilon it would make a step of what is only a rounding error. */
function optimizerConfig() {
  return resolveOptions(adamw.name, adamw.options, { epsilon: 1e-3 });
}

/** Trace, compile and run all steps. */
async function trainOn(engineName: EngineName, it: Case) {
  const model = modelOf(it);
  const config = optimizerConfig();
  let state = initialState(model.specs, adamw as Optimizer, 3);
  const { noise, scalars } = inputsAt(model, config, 0);
  const { trainable, buffers, slots } = state;
  const program = await traceStep(
    { trainable, buffers, slots, views: viewSpecs([VIEW_SHAPE, VIEW_SHAPE]), noise, scalars },
    { model, optimizer: adamw as Optimizer, optimizerConfig: config, numGlobalViews: 2, maxGradientNorm: 1 },
  );
  const executable = await compile(program, engines[engineName], { numThreads: 2 });
  const losses: number[] = [];
  for (let step = 0; step < NUM_STEPS; step++) {
    const { trainable, buffers, slots } = state;
    const inputs = { trainable, buffers, slots, ...inputsAt(model, config, step) };
    const next = (await executable.run(inputs as never)) as unknown as TrainState & { report: { total: HostArray } };
    losses.push(next.report.total.data[0]!);
    state = { step: step + 1, trainable: next.trainable, buffers: next.buffers ?? {}, slots: next.slots };
  }
  await executable.dispose();
  return { losses, start: arraysOf(initialState(model.specs, adamw as Optimizer, 3)), arrays: arraysOf(state) };
}

function relativeDifference(a: HostArray, b: HostArray): number {
  const scale = Math.max(1e-3, ...Array.from(b.data, Math.abs));
  return Math.max(...Array.from(a.data, (value, i) => Math.abs(value - b.data[i]!))) / scale;
}

function bytesOf({ data }: HostArray): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

describe.each<Case>([
  { encoder: "vit", objective: "simclr" },
  { encoder: "vit", objective: "lejepa" },
  { encoder: "convnet", objective: "vicreg" },
])("$encoder with $objective", (it) => {
  test(`${NUM_STEPS} steps end alike on every engine`, async () => {
    const native = await trainOn("native", it);
    const wasm = await trainOn("wasm", it);
    expect([...native.arrays.keys()]).toEqual([...wasm.arrays.keys()]);
    for (const [step, loss] of native.losses.entries()) {
      expect(Math.abs(loss / wasm.losses[step]! - 1), `loss of step ${step}`).toBeLessThan(TOLERANCE);
    }
    for (const [name, array] of native.arrays) {
      expect(relativeDifference(array, wasm.arrays.get(name)!), name).toBeLessThan(TOLERANCE);
    }
    const weights = [...native.arrays].filter(([name]) => name.startsWith("trainable/") && name.endsWith("/weight"));
    expect(weights.length).toBeGreaterThan(0);
    for (const [name, array] of weights) {
      expect(relativeDifference(array, native.start.get(name)!), `${name} has moved`).toBeGreaterThan(TOLERANCE);
    }
  });

  test("the native step is the same to the bit when it is compiled again", async () => {
    const [first, second] = [await trainOn("native", it), await trainOn("native", it)];
    expect(second.losses).toEqual(first.losses);
    for (const [name, array] of first.arrays) {
      expect(bytesOf(array).equals(bytesOf(second.arrays.get(name)!)), name).toBe(true);
    }
  });
});
