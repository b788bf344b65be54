/** The training loop. */
import { DarkmatterError } from "../compute/index.js";
import type { TrainState } from "./state.js";
import type { Trainer } from "./trainer.js";
import type { StepOutputs, StepReport } from "./training-step.js";

export interface StepEvent {
  /** Updates done, this one included. */
  readonly step: number;
  readonly state: TrainState;
  readonly report: StepReport;
  /** Scalars of the step by name, as metrics.jsonl has them. */
  readonly scalars: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** A loss, one of its terms or the gradient is NaN or infinite. */
export class NotFiniteError extends DarkmatterError {
  override readonly name = "NotFiniteError";
  constructor(
    message: string,
    /** The update that failed, counted from 1. */
    readonly step: number,
    /** Everything measured at that step. */
    readonly scalars: Readonly<Record<string, number>>,
  ) {
    super(message);
  }
}

/**
 * Train from a state to the end of the schedule, one event an update. Two copies of the state take turns: the report of
 * an event is valid until the next one, its state until the one after that, and the arrays of `start` are written to.
 * @throws NotFiniteError naming the term and the step if a loss is not finite; the state before it is unharmed
 */
export async function* train(trainer: Trainer, start: TrainState): AsyncGenerator<StepEvent, TrainState> {
  let state = start;
  let memory: StepOutputs | undefined; // what the step before last left, for this one to be written over
  while (state.step < trainer.config.totalSteps) {
    const started = performance.now();
    const { step, trainable, buffers, slots } = state;
    const inputs = await trainer.inputsAt(step); // 1. data, augmented: V of [B, C, H, W]
    const next = await trainer.step.run({ ...inputs, trainable, buffers, slots }, memory); // 2. encode, 3. objective, 4. update
    const { report } = next;
    const scalars = readScalars(report, trainer.learningRate(step));
    requireFinite(scalars, step + 1);
    memory = { trainable, buffers, slots, report };
    state = { step: step + 1, trainable: next.trainable, buffers: next.buffers ?? {}, slots: next.slots };
    yield { step: state.step, state, report, scalars, seconds: (performance.now() - started) / 1000 }; // 5. observe
  }
  return state;
}

function readScalars(report: StepReport, learningRate: number): Record<string, number> {
  const terms = Object.entries(report.terms).map(([name, { data }]) => [`train/${name}`, data[0]!]);
  return {
    "train/total": report.total.data[0]!,
    ...Object.fromEntries(terms),
    "train/gradientNorm": report.gradientNorm.data[0]!,
    "train/learningRate": learningRate,
  };
}

function requireFinite(scalars: Readonly<Record<string, number>>, step: number): void {
  // Terms first: the total is not finite only because one of them is.
  const names = Object.keys(scalars).sort((a, b) => Number(a === "train/total") - Number(b === "train/total"));
  const broken = names.find((name) => !Number.isFinite(scalars[name]!));
  if (broken === undefined) return;
  throw new NotFiniteError(
    `train: ${describeScalar(broken)} is ${scalars[broken]} at step ${step}. The last checkpoint is kept. ` +
      "Start a new run with a lower learning rate, and look for broken images if that does not help.",
    step,
    scalars,
  );
}

function describeScalar(name: string): string {
  if (name === "train/total") return "the loss";
  if (name === "train/gradientNorm") return "the norm of the gradient";
  return name.replace("train/", "the loss term ");
}
