/** What background knowledge is worth: frozen features with few labels, against a twin that has only the labels. */
import { resolveOptions } from "../../compute/index.js";
import type { Features, LabelledRows } from "../features.js";
import { type Estimate, meanEstimate, wilsonEstimate } from "../intervals.js";
import type { ProgramCache } from "../linear-algebra/index.js";
import { linearProbe } from "../probes/linear-probe.js";
import { drawLabelled } from "./label-draws.js";

export interface LabelEfficiencyTask {
  /** Features of the frozen encoder. */
  readonly features: Features;
  readonly labels: Int32Array;
  readonly numClasses: number;
  /** Labelled images. */
  readonly train: ArrayLike<number>;
  readonly test: ArrayLike<number>;
  /** How many test images the supervised twin gets right that learnt from these images alone. */
  readonly twin: (images: readonly number[], draw: number) => Promise<number>;
  readonly seed: number;
  readonly programs: ProgramCache;
  readonly onProgress?: (what: string) => void;
  /** Labels of each class; default 1, 5, 10, 50. All of them come last. */
  readonly perClass?: readonly number[];
  /** Choices of labelled images that are averaged; default 3. */
  readonly numDraws?: number;
}

export interface EfficiencyPoint {
  /** Labels of each class; absent for all. */
  readonly perClass?: number;
  readonly numLabels: number;
  /** A linear map of the frozen features. */
  readonly frozen: Estimate;
  /** The same architecture from scratch. */
  readonly twin: Estimate;
  /** Labels with which the twin would be as good as the frozen features are here; absent if it never is. */
  readonly twinNeeds?: number;
}

export interface LabelEfficiency {
  readonly points: readonly EfficiencyPoint[];
  /** Test images. */
  readonly n: number;
}

const PER_CLASS = [1, 5, 10, 50] as const;
const NUM_DRAWS = 3;

/**
 * Accuracy by number of labels: the linear probe on frozen features beside a twin trained from scratch on the same images.
 * With a few labels a class the mean over draws with Student's interval (n = draws), with all of them Wilson's (n = test images).
 */
export async function labelEfficiency(task: LabelEfficiencyTask): Promise<LabelEfficiency> {
  const { train, labels, numClasses, perClass = PER_CLASS, numDraws = NUM_DRAWS } = task;
  const counts = new Int32Array(numClasses);
  for (let i = 0; i < train.length; i++) counts[labels[train[i]!]!]!++;
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  const points: Omit<EfficiencyPoint, "twinNeeds">[] = [];
  for (const count of [...perClass.filter((few) => few < most), undefined]) {
    points.push(await pointAt(task, count, count === undefined ? 1 : numDraws));
  }
  const twins = points.map(({ numLabels, twin }) => ({ numLabels, accuracy: twin.mean }));
  const compared = points.map((point) => {
    const twinNeeds = labelsToReach(twins, point.frozen.mean);
    return { ...point, ...(twinNeeds !== undefined && { twinNeeds }) };
  });
  return { points: compared, n: task.test.length };
}

async function pointAt(task: LabelEfficiencyTask, perClass: number | undefined, numDraws: number) {
  const { train, test, labels, seed, twin, onProgress } = task;
  const [frozen, scratch]: [number[], number[]] = [[], []];
  let numLabels = 0;
  for (let draw = 0; draw < numDraws; draw++) {
    const images = drawLabelled(train, labels, perClass, seed, draw);
    numLabels = images.length;
    onProgress?.(`label efficiency: ${numLabels} labels, draw ${draw + 1} of ${numDraws}`);
    frozen.push(await frozenAccuracy(task, images));
    scratch.push((await twin(images, draw)) / test.length);
  }
  const estimate = (accuracies: readonly number[]) =>
    perClass === undefined
      ? wilsonEstimate(Math.round(accuracies[0]! * test.length), test.length)
      : meanEstimate(accuracies);
  return { ...(perClass !== undefined && { perClass }), numLabels, frozen: estimate(frozen), twin: estimate(scratch) };
}

async function frozenAccuracy(task: LabelEfficiencyTask, images: readonly number[]): Promise<number> {
  const { features: source, labels, test, numClasses, seed, programs } = task;
  const rowsOf = (chosen: ArrayLike<number>): LabelledRows => {
    const indices = Int32Array.from(chosen);
    return { source, indices, labels: indices.map((image) => labels[image]!) };
  };
  const given = { train: rowsOf(images), test: rowsOf(test), numClasses, metrics: ["cosine"] as const, seed, programs };
  return (await linearProbe.run(given, resolveOptions("linearProbe", linearProbe.options))).mean;
}

/**
 * With how many labels a curve reaches an accuracy: linear in the logarithm of the labels between its points, each of
 * which counts as at least as good as those before it.
 * @returns the fewest labels of the curve if it starts there already; undefined if it never gets there
 */
export function labelsToReach(
  curve: readonly { readonly numLabels: number; readonly accuracy: number }[],
  wanted: number,
): number | undefined {
  for (const [i, { numLabels, accuracy }] of curve.entries()) {
    if (accuracy < wanted) continue;
    if (i === 0) return numLabels;
    const before = curve.slice(0, i).reduce((best, point) => (point.accuracy >= best.accuracy ? point : best));
    const share = (wanted - before.accuracy) / (accuracy - before.accuracy);
    return Math.exp(Math.log(before.numLabels) + share * (Math.log(numLabels) - Math.log(before.numLabels)));
  }
  return undefined;
}
