/** The training loop. */
import { DarkmatterError } from "../compute/index.js";
import { blankLike, type TrainState } from "./state.js";
import type { StepReport, Trainer } from "./trainer.js";

export interface StepEvent {
  /** Updates done, this one included. */
  readonly step: number;
  readonly state: TrainState;
  readonly report: StepReport;
  /** Scalars of the step by name, as metrics.jsonl has them. */
  readonly scalars: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/**
 * Train from a state to the end of the schedule, one event an update. Arrays of an event are valid until the one
 * after the next: two copies of the state take turns.
 * @throws DarkmatterError naming the term and the step if a loss is not finite; the state before it is unharmed
 */
export async function* train(trainer: Trainer, start: TrainState): AsyncGenerator<StepEvent, TrainState> {
  let state = start;
  let spare = blankLike(start);
  let report: StepReport | undefined;
  while (state.step < trainer.config.totalSteps) {
    const started = performance.now();
    const { step, trainable, buffers, slots } = state;
    const inputs = await trainer.inputsAt(step); // 1. data, augmented: V of [B, C, H, W]
    const into = report && { trainable: spare.trainable, buffers: spare.buffers, slots: spare.slots, report };
    const next = await trainer.executable.run({ ...inputs, trainable, buffers, slots }, into); // 2. encode, 3. objective, 4. update
    report = next.report;
    const scalars = readScalars(report, trainer.learningRate(step));
    requireFinite(scalars, step + 1);
    spare = state;
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
  throw new DarkmatterError(
    `train: ${broken.replace("train/", "the loss term ")} is ${scalars[broken]} at step ${step}. ` +
      "The last checkpoint is kept. Lower the learning rate, or lengthen the warm-up, and start again.",
  );
}
