/** Our side of a training step: loss, gradient and AdamW as one program, which takes its own outputs back in. */
import {
  compile,
  type Engine,
  type EngineOptions,
  flattenTree,
  type HostArray,
  resolveOptions,
  type Tensor,
  type Tree,
  trace,
  valueAndGradient,
} from "darkmatter/compute";
import { isParameterSpec, join, type ParameterSpec, partition, trainingMode } from "darkmatter/nn";
import { adamw, initialSlots, scalarInputs } from "darkmatter/optim";
import type { Case, StepModel } from "./step-model.js";

export const LEARNING_RATE = 1e-3;
export const WEIGHT_DECAY = 0.05;
export const ADAMW_CONFIG = resolveOptions("adamw", adamw.options);

export interface TrainingStep {
  /** One step from where the last one ended. */
  step(): Promise<{ readonly seconds: number; readonly loss: number }>;
  /** Bytes the engine expects to need at most, where it knows. */
  readonly peakBytes: number | undefined;
  close(): Promise<void>;
}

interface StepTensors {
  readonly trainable: Tree<Tensor>;
  readonly buffers?: Tree<Tensor>;
  readonly slots: Readonly<Record<string, Tree<Tensor>>>;
  readonly scalars: Readonly<Record<string, Tensor>>;
  readonly inputs: Readonly<Record<string, Tensor>>;
}
type StepArrays = { readonly [K in "trainable" | "buffers" | "slots"]: Tree<HostArray> };
type StepOutputs = StepArrays & { readonly loss: HostArray };

/** The step as a program. Outputs: loss, and the next trainable parameters, buffers and slots. */
export function traceTrainingStep(model: StepModel) {
  const { trainable, buffers } = partition<ParameterSpec>(model.parameters, model.parameters);
  const roles = new Map(
    [...flattenTree<ParameterSpec>(trainable, isParameterSpec)].map(([path, { role }]) => [path, role]),
  );
  const specs = {
    trainable,
    buffers,
    slots: initialSlots(adamw, trainable),
    scalars: scalarsAt(0),
    inputs: model.inputs,
  };
  return trace(specs, (given) => {
    const { trainable, buffers = {}, slots, scalars, inputs } = given as unknown as StepTensors;
    const mode = trainingMode();
    const { value, aux, gradient } = valueAndGradient(trainable, (moved) => {
      const loss = model.loss(join(moved, buffers), inputs, mode);
      return { value: loss, aux: { buffers: mode.updates.appliedTo(buffers) } };
    });
    const next = adamw.update({ parameters: trainable, gradient, slots, scalars, roles }, ADAMW_CONFIG);
    const kept = (aux as { buffers?: Tree<Tensor> }).buffers ?? {};
    return { loss: value, trainable: next.parameters, buffers: kept, slots: next.slots } as Tree<Tensor>;
  });
}

/** Compile the step of a model and start it where the case says. */
export async function createTrainingStep(
  model: StepModel,
  { parameters, inputs }: Case,
  engine: Engine,
  options?: EngineOptions,
): Promise<TrainingStep> {
  const executable = await compile(await traceTrainingStep(model), engine, options);
  const slots = initialSlots(adamw, partition<ParameterSpec>(model.parameters, model.parameters).trainable);
  let state = { ...partition(model.parameters, parameters), slots } as StepArrays;
  let spare: StepOutputs | undefined; // what the step before last left, for the next one to be written over
  let numSteps = 0;
  return {
    async step() {
      const started = performance.now();
      const given = { ...state, inputs, scalars: scalarsAt(numSteps) };
      const { loss, ...next } = (await executable.run(given as never, spare as never)) as unknown as StepOutputs;
      const value = loss.data[0]!;
      spare = numSteps === 0 ? undefined : { ...state, loss };
      state = next;
      numSteps += 1;
      return { seconds: (performance.now() - started) / 1000, loss: value };
    },
    peakBytes: executable.peakBytes,
    close: () => executable.dispose(),
  };
}

/** What AdamW needs to know of a step, counted from 0. */
export function scalarsAt(step: number) {
  return scalarInputs(adamw.scalars({ step, learningRate: LEARNING_RATE, weightDecay: WEIGHT_DECAY }, ADAMW_CONFIG));
}
