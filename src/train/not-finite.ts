/** What broke a step whose numbers are not finite, named as exactly as they allow. */
import { DarkmatterError, flattenTree, type HostArray, isHostArray, type Tree } from "../compute/index.js";
import { firstNotFinite } from "./finite.js";
import { brokenArrayOf, stepArraysOf, type TrainState } from "./state.js";
import type { HostInputs, TrainingStep } from "./training-step.js";

/** A loss, one of its terms, a gradient or a parameter is NaN or infinite. */
export class NotFiniteError extends DarkmatterError {
  override readonly name = "NotFiniteError";
  constructor(
    /** What is not finite, and since when. */
    readonly finding: string,
    /** The update that failed, counted from 1. */
    readonly step: number,
    /** Everything measured at that step. */
    readonly scalars: Readonly<Record<string, number>>,
    /** Whether the state before that step is sound, and worth keeping. */
    readonly isStateSound: boolean,
    /** Where that is left. */
    kept = isStateSound ? "The state before it is unharmed." : "",
  ) {
    const remedy =
      "Start a new run with a lower learning rate (--lr), and look for broken images if that does not help.";
    super(`train: ${[finding, kept, remedy].filter(Boolean).join(" ")}`);
  }

  /** The same, saying what was kept. */
  keeping(kept: string): NotFiniteError {
    return new NotFiniteError(this.finding, this.step, this.scalars, this.isStateSound, kept);
  }
}

/** What a failed step was made of. It only read the state before it, so that is still as it was. */
export interface FailedStep {
  readonly step: TrainingStep;
  readonly state: TrainState;
  readonly inputs: HostInputs;
  readonly scalars: Readonly<Record<string, number>>;
}

/**
 * Explain a step whose scalars are not all finite: the state it began with, else a term of the loss, else the first
 * gradient on the way back, for which the gradient is taken once more.
 */
export async function explainNotFinite(failed: FailedStep): Promise<NotFiniteError> {
  const { state, scalars } = failed;
  const step = state.step + 1;
  const broken = brokenArrayOf(state);
  if (broken === undefined) return new NotFiniteError(await findingOf(failed, step), step, scalars, true);
  return new NotFiniteError(`"${broken}" is not finite since the update of step ${state.step}.`, step, scalars, false);
}

async function findingOf({ step, state, inputs, scalars }: FailedStep, at: number): Promise<string> {
  // Terms first: the total is not finite only because one of them is.
  const names = Object.keys(scalars).sort((a, b) => Number(a === "train/total") - Number(b === "train/total"));
  const term = names.find((name) => name !== "train/gradientNorm" && !Number.isFinite(scalars[name]!));
  if (term !== undefined) return `${describeScalar(term)} is ${scalars[term]} at step ${at}.`;
  return describeGradient(await step.gradient({ ...stepArraysOf(state), ...inputs }), at);
}

function describeScalar(name: string): string {
  return name === "train/total" ? "the loss" : name.replace("train/", "the loss term ");
}

/** Parameters are in the order images pass them; a gradient travels the other way, and spoils all that come after. */
function describeGradient(gradient: Tree<HostArray>, step: number): string {
  const leaves = [...flattenTree<HostArray>(gradient, isHostArray)].reverse();
  const broken = leaves.flatMap(([path, array]) => {
    const at = firstNotFinite(array.data);
    return at === undefined ? [] : [{ path, value: array.data[at]! }];
  });
  const [first, ...others] = broken;
  if (first !== undefined)
    return `the gradient of "${first.path}" is ${first.value} at step ${step}${spread(others.length)}.`;
  const [path, largest] = leaves
    .map(([path, array]) => [path, largestOf(array)] as const)
    .reduce((most, other) => (other[1] > most[1] ? other : most));
  return `the gradient is too long for float32 at step ${step}: "${path}" reaches ${largest.toPrecision(2)}.`;
}

function spread(count: number): string {
  if (count === 0) return "";
  return count === 1 ? ", and that of 1 parameter before it" : `, and those of ${count} parameters before it`;
}

function largestOf({ data }: HostArray): number {
  let largest = 0;
  for (const value of data) largest = Math.max(largest, Math.abs(value));
  return largest;
}
