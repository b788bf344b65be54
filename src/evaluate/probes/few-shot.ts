/** Few-shot classification: what a handful of labels buys. */
import { keyFor, type OptionTable, Random } from "../../compute/index.js";
import { columnMoments, type LabelledRows } from "../features.js";
import { meanEstimate, wilsonEstimate } from "../intervals.js";
import { type AffineClassifiers, type Metric, predictClasses } from "../linear-algebra/index.js";
import { countCorrect, type Probe, type ProbeEstimate, strongest } from "./probe.js";

const options = {
  numDraws: { default: 20, min: 1, integer: true, doc: "how many random choices of labelled images are averaged" },
} satisfies OptionTable;

/** Labels per class that are reported. */
export const SHOTS = [1, 5, 10, 50] as const;

/**
 * Nearest class mean with 1, 5, 10 and 50 labelled training images a class, over 20 random draws, on all test images.
 *   cosine: x̂ = (x − μ) / ‖x − μ‖ with μ the mean of all training images (no labels used); each class is the direction of
 *   its mean x̂; euclidean: plain means and distances
 * A class with fewer training images than asked for uses all it has; one with none is never predicted. Where all classes
 * have no more than that, there is one draw, with Wilson's interval (n = test images).
 * @returns by labels per class: mean accuracy over the draws, with Student's interval of that mean (n = draws); with
 * several metrics the best, named
 * Source: Wang et al. 2019, arXiv:1911.04623 (SimpleShot, CL2N). Deviations: supports are averaged after normalising.
 */
export const fewShot: Probe<typeof options, Readonly<Record<string, ProbeEstimate>>, "fewShot"> = {
  name: "fewShot",
  reportKey: "fewShot",
  title: "few-shot",
  summary: "nearest class mean from 1, 5, 10 and 50 labels a class",
  rowTitle: (numShots) => `few-shot, ${numShots} a class`,
  options,
  async run({ train, test, numClasses, metrics, seed, programs }, { numDraws }) {
    const members = rowsByClass(train.labels, numClasses);
    const center = columnMoments(train).mean;
    const outcome: Record<string, ProbeEstimate> = {};
    for (const numShots of SHOTS) {
      // Where no class has more, every draw is the same: what is left to chance is the test images.
      const isAll = members.every((positions) => positions.length <= numShots);
      const draws = Array.from({ length: isAll ? 1 : numDraws }, (_, draw) =>
        drawSupports(members, numShots, seed, draw),
      );
      const estimates: ProbeEstimate[] = [];
      for (const metric of metrics) {
        const classifiers = meanClassifiers(train, draws, center, metric, numClasses);
        const predictions = await predictClasses(test, classifiers, programs);
        const counts = predictions.map((row) => countCorrect(row, test.labels));
        const n = test.labels.length;
        const estimate = isAll ? wilsonEstimate(counts[0]!, n) : meanEstimate(counts.map((count) => count / n));
        estimates.push({ ...estimate, metric });
      }
      outcome[numShots] = strongest(estimates);
    }
    return outcome;
  },
};

function rowsByClass(labels: Int32Array, numClasses: number): number[][] {
  const members: number[][] = Array.from({ length: numClasses }, () => []);
  for (const [position, label] of labels.entries()) members[label]!.push(position);
  return members;
}

/** For each class, `numShots` of its members at random. */
function drawSupports(members: number[][], numShots: number, seed: number, draw: number): number[][] {
  return members.map((positions, label) => {
    const order = new Random(keyFor(seed, "few-shot", numShots, draw, label)).permutation(positions.length);
    return [...order.subarray(0, numShots)].map((i) => positions[i]!);
  });
}

/** Nearest mean as a linear classifier: argmax of ĉ·(x − μ), or argmin ‖x − c‖² = argmax of c·x − ‖c‖²/2. */
function meanClassifiers(
  train: LabelledRows,
  draws: number[][][],
  center: Float64Array,
  metric: Metric,
  numClasses: number,
): AffineClassifiers {
  const { dim, values } = train.source;
  const weights = new Float32Array(draws.length * numClasses * dim);
  const biases = new Float64Array(draws.length * numClasses).fill(Number.NEGATIVE_INFINITY);
  const row = new Float64Array(dim);
  for (const [draw, supports] of draws.entries()) {
    for (const [label, positions] of supports.entries()) {
      if (positions.length === 0) continue;
      const mean = new Float64Array(dim);
      for (const position of positions) {
        const at = train.indices[position]! * dim;
        for (let d = 0; d < dim; d++) row[d] = values[at + d]! - (metric === "cosine" ? center[d]! : 0);
        const scale = (metric === "cosine" ? inverseLength(row) : 1) / positions.length;
        for (let d = 0; d < dim; d++) mean[d]! += row[d]! * scale;
      }
      const classifier = draw * numClasses + label;
      const scale = metric === "cosine" ? inverseLength(mean) : 1;
      const direction = mean.map((value) => value * scale);
      weights.set(direction, classifier * dim);
      biases[classifier] = metric === "cosine" ? -dot(direction, center) : -0.5 * dot(direction, direction);
    }
  }
  return { numClasses, weights, biases };
}

function inverseLength(vector: Float64Array): number {
  const length = Math.sqrt(dot(vector, vector));
  return length > 0 ? 1 / length : 0;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
