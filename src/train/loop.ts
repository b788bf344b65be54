/** The training loop. */
import type { HostArray } from "../compute/index.js";
import { explainNotFinite } from "./not-finite.js";
import { stateArraysOf, stepArraysOf, type TrainState } from "./state.js";
import type { Trainer } from "./trainer.js";
import type { HostInputs, Named, StepOutputs, StepReport } from "./training-step.js";

export interface StepEvent {
  /** Updates done, this one included. */
  readonly step: number;
  readonly state: TrainState;
  readonly report: StepReport;
  /** What the step was given beside the state before it. */
  readonly inputs: HostInputs;
  /** Scalars of the step by name, as metrics.jsonl has them. */
  readonly scalars: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/**
 * Train from a state to the end of the schedule, one event an update. Two copies of the state take turns: the report and
 * inputs of an event are valid until the next one, its state until the one after that, and the arrays of `start` are written to.
 * @throws NotFiniteError naming the step and the term, parameter or gradient; the state before it is unharmed
 */
export async function* train(trainer: Trainer, start: TrainState): AsyncGenerator<StepEvent, TrainState> {
  let state = start;
  let memory: StepOutputs | undefined; // what the step before last left, for this one to be written over
  while (state.step < trainer.config.totalSteps) {
    const started = performance.now();
    const { step } = state;
    const inputs = await trainer.inputsAt(step); // 1. data, augmented: V of [B, C, H, W]
    const next = await trainer.step.run({ ...inputs, ...stepArraysOf(state) }, memory); // 2. encode, 3. objective, 4. update
    const { report } = next;
    const scalars = readScalars(report, inputs, trainer.learningRate(step));
    if (!Object.values(scalars).every(Number.isFinite)) {
      throw await explainNotFinite({ step: trainer.step, state, inputs, scalars });
    }
    memory = { ...stepArraysOf(state), report };
    state = { step: step + 1, ...stateArraysOf(next) };
    yield { step: state.step, state, report, inputs, scalars, seconds: (performance.now() - started) / 1000 }; // 5. observe
  }
  return state;
}

function readScalars(report: StepReport, { scheduled }: HostInputs, learningRate: number): Record<string, number> {
  const { terms, targetDrift } = report;
  const under = (root: string, numbers: Named<HostArray>) =>
    Object.fromEntries(Object.entries(numbers).map(([name, { data }]) => [`${root}/${name}`, data[0]!]));
  return {
    "train/total": report.total.data[0]!,
    ...under("train", terms),
    ...under("schedule", scheduled),
    ...(targetDrift && { "target/drift": targetDrift.data[0]! }),
    "train/gradientNorm": report.gradientNorm.data[0]!,
    "train/learningRate": learningRate,
  };
}
