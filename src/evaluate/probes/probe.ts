/** What a probe is: a way to ask frozen features what they know, with labels that training never saw. */
import type { ConfigOf, OptionTable } from "../../compute/index.js";
import type { LabelledRows } from "../features.js";
import type { Estimate } from "../intervals.js";
import type { Metric, ProgramCache } from "../linear-algebra/index.js";

export interface ProbeTask {
  readonly train: LabelledRows;
  readonly test: LabelledRows;
  readonly numClasses: number;
  /** Distances to try where a probe needs one; the one that scores best on the test rows is reported, and named. */
  readonly metrics: readonly Metric[];
  readonly seed: number;
  readonly programs: ProgramCache;
}

/** An accuracy in 0..1 with its 95 % interval, and how it was reached. */
export interface ProbeEstimate extends Estimate {
  readonly metric?: Metric;
  /** Chosen regularisation strength. */
  readonly l2?: number;
}

/** One estimate, or several by name (labels per class). */
export type ProbeOutcome = ProbeEstimate | Readonly<Record<string, ProbeEstimate>>;

/** What chance gives: one number, or one for each estimate by name. */
export type Chance = number | Readonly<Record<string, number>>;

export interface Probe<
  T extends OptionTable = OptionTable,
  O extends ProbeOutcome = ProbeOutcome,
  K extends string = string,
> {
  /** Name of the export. */
  readonly name: string;
  /** Where `report.json` keeps the outcome. */
  readonly reportKey: K;
  /** Row title in the printed table. */
  readonly title: string;
  readonly summary: string;
  readonly options: T;
  /** Row titles of several estimates, by their names; default: the title and the name. */
  rowTitle?(name: string): string;
  /** What chance gives; one in the number of classes if absent. */
  chance?(task: ProbeTask, config: ConfigOf<T>): Chance;
  run(task: ProbeTask, config: ConfigOf<T>): Promise<O>;
}

export function isEstimate(outcome: ProbeOutcome): outcome is ProbeEstimate {
  return typeof outcome.mean === "number";
}

/** The estimate of highest mean; the first of equals. */
export function strongest(estimates: readonly ProbeEstimate[]): ProbeEstimate {
  return estimates.reduce((best, candidate) => (candidate.mean > best.mean ? candidate : best));
}

/** How many predictions are right. */
export function countCorrect(predictions: Int32Array, labels: Int32Array): number {
  let numCorrect = 0;
  for (let i = 0; i < labels.length; i++) if (predictions[i] === labels[i]) numCorrect++;
  return numCorrect;
}
