/** A training step of a tiny model on noise: no data, no threads, everything a function of the step. */
import {
  chooseEngine,
  type EngineName,
  float32,
  type HostArray,
  keyFor,
  lookUp,
  Random,
  resolveOptions,
  sizeOf,
} from "../../compute/index.js";
import { encoders } from "../../encoders/catalog.js";
import type { EncoderDefinition } from "../../encoders/index.js";
import { tinyOptions } from "../../encoders/testing/tiny.js";
import { objectives } from "../../objectives/catalog.js";
import type { Objective } from "../../objectives/index.js";
import { adamw, type Optimizer, warmupCosine } from "../../optim/index.js";
import { createChunkedStep } from "../chunked-step.js";
import { hostInputsOf } from "../host-inputs.js";
import { buildModel } from "../model.js";
import { initialState, stateArraysOf, stepArraysOf, type TrainState } from "../state.js";
import { viewSpecs } from "../step-program.js";
import type { HostInputs, StepOutputs, TrainingStep } from "../training-step.js";
import { createWholeStep } from "../whole-step.js";

export interface TinyStepOptions {
  readonly encoder: string;
  readonly encoderOptions?: Readonly<Record<string, unknown>>;
  readonly objective: string;
  readonly batchSize?: number;
  /** Pixels a side of each view (time steps, where the encoder takes series), global ones first: all of the largest size. */
  readonly viewSizes?: readonly number[];
  readonly projector?: { readonly hiddenDim: number; readonly numHiddenLayers: number; readonly outDim: number };
  readonly engine?: EngineName;
  /** What the learning rate's schedule counts on. */
  readonly numSteps?: number;
}

export interface TinyStep {
  readonly start: TrainState;
  inputsAt(step: number): HostInputs;
  /** @param chunkSize the whole batch by default */
  compile(chunkSize?: number): Promise<TrainingStep>;
}

const CHANNELS = 3;
const NUM_STEPS = 5;
const ACTION_DIM = 2;
const SEED = 1;

export function tinyStep(options: TinyStepOptions): TinyStep {
  const { encoder, objective, batchSize = 6, viewSizes = [8, 8], engine = "native", numSteps = NUM_STEPS } = options;
  const projector = options.projector ?? { hiddenDim: 8, numHiddenLayers: 1, outDim: 6 };
  const imageSize = Math.max(...viewSizes);
  const { takes } = lookUp<EncoderDefinition>("tinyStep", "encoder", encoders, encoder);
  const { inTime } = lookUp<Objective>("tinyStep", "objective", objectives, objective).needs;
  const data = {
    ...{ source: "noise", digest: "", numImages: batchSize, channels: CHANNELS },
    ...(inTime ? { kind: "clips" as const, clips: clipFacts(viewSizes.length) } : { kind: takes }),
  };
  const model = buildModel({
    encoder: { name: encoder, options: options.encoderOptions ?? tinyOptions[encoder] ?? {} },
    objective: { name: objective, options: {} },
    projector,
    imageSize,
    data,
  });
  const optimizer: Optimizer = adamw;
  // Adam divides by the gradient's size: with its usual epsilon it would make a step of what is only a rounding error.
  const optimizerConfig = resolveOptions(adamw.name, adamw.options, { epsilon: 1e-3 });
  const schedule = warmupCosine({ peak: 1e-2, warmupSteps: 2, totalSteps: numSteps });
  const shapes = viewSizes.map((size) => [batchSize, CHANNELS, ...(takes === "images" ? [size, size] : [size])]);
  const start = initialState(model, optimizer, 3);

  const config = {
    ...{ batchSize, imageSize, projector, data, warmupSteps: 2, totalSteps: numSteps },
    ...{ learningRate: 1e-2, weightDecay: 0.05, seed: SEED },
  };
  const hostInputs = hostInputsOf(config, { model, optimizer, optimizerConfig, learningRate: schedule });
  const inputsAt = (step: number): HostInputs => ({
    views: Object.fromEntries(shapes.map((shape, v) => [`view${v}`, normals(shape, v, step)])),
    actions: inTime ? { taken: normals([batchSize, viewSizes.length - 1, ACTION_DIM], viewSizes.length, step) } : {},
    ...hostInputs(step),
  });

  return {
    start,
    inputsAt,
    async compile(chunkSize) {
      const specs = { ...stepArraysOf(start), ...inputsAt(0), views: viewSpecs(shapes) };
      const stepOptions = {
        model,
        optimizer,
        optimizerConfig,
        numGlobalViews: viewSizes.filter((size) => size === imageSize).length,
        maxGradientNorm: 1,
        engine: await chooseEngine(engine),
        engineOptions: { numThreads: 2 },
      };
      return chunkSize === undefined
        ? createWholeStep(specs, stepOptions)
        : createChunkedStep(specs, chunkSize, stepOptions);
    },
  };
}

/** Pictures in which somebody acts. */
function clipFacts(clipLength: number) {
  const settings = { clipLength, frameStride: 1, clipEvery: 1 };
  const moments = { means: Array<number>(CHANNELS).fill(0), stds: Array<number>(CHANNELS).fill(1) };
  return { ...settings, ...moments, observation: "frames" as const, actionDim: ACTION_DIM };
}

/** Make steps from the start on, two copies of the state taking turns as in the loop. */
export async function makeSteps(tiny: TinyStep, step: TrainingStep, count = NUM_STEPS) {
  let state = tiny.start;
  let memory: StepOutputs | undefined;
  const totals: number[] = [];
  for (let i = 0; i < count; i++) {
    const next = await step.run({ ...stepArraysOf(state), ...tiny.inputsAt(i) }, memory);
    totals.push(next.report.total.data[0]!);
    // The start is left as it is, so that others can start there too.
    memory = i === 0 ? undefined : { ...stepArraysOf(state), report: next.report };
    state = { step: i + 1, ...stateArraysOf(next) };
  }
  return { totals, state };
}

/** Largest difference relative to the largest number of `expected`, or to `floor` if that is larger. */
export function relativeDifference(actual: HostArray, expected: HostArray, floor = 1e-3): number {
  const scale = Math.max(floor, ...Array.from(expected.data, Math.abs));
  return Math.max(...Array.from(actual.data, (value, i) => Math.abs(value - expected.data[i]!))) / scale;
}

function normals(shape: readonly number[], view: number, step: number): HostArray {
  const random = new Random(keyFor(SEED, "view", view, step));
  return float32(
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    shape,
  );
}
