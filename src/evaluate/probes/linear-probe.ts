/** The linear probe: how much of the labels a linear map can read off the features. */
import { keyFor, type OptionTable, Random } from "../../compute/index.js";
import { allRows, type Features, type LabelledRows, selectLabelled } from "../features.js";
import { wilsonEstimate } from "../intervals.js";
import { type ProgramCache, predictClasses } from "../linear-algebra/index.js";
import { standardiserOf } from "../standardise.js";
import { countCorrect, type Probe, type ProbeEstimate } from "./probe.js";
import { fitSoftmaxRegression } from "./softmax-regression.js";

const options = {
  validationShare: { default: 0.2, min: 0.01, max: 0.5, doc: "share of each class's training images that choose λ" },
  selectionPasses: { default: 60, min: 1, integer: true, doc: "passes over the data while λ is chosen" },
  finalPasses: { default: 150, min: 1, integer: true, doc: "passes over the data for the final fit" },
} satisfies OptionTable;

/** The strengths λ that are tried. */
export const STRENGTHS = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10] as const;

/**
 * Multinomial logistic regression on standardised features: mean cross-entropy + λ/2 ‖W‖², λ from 1e-6 .. 10 by accuracy
 * on a validation split of the training images (ties: the stronger λ), then fitted again on all of them, starting from
 * what was found. Dimensions are standardised by the training images; constant ones are dropped.
 * @returns accuracy on the test images with Wilson's interval, and the chosen λ as `l2`
 * Too few images for a validation split (fewer than five in every class): λ = 1e-2.
 */
export const linearProbe: Probe<typeof options, ProbeEstimate, "linear"> = {
  name: "linearProbe",
  reportKey: "linear",
  title: "linear",
  summary: "regularised logistic regression on frozen features",
  options,
  async run({ train, test, numClasses, seed, programs }, config) {
    const { fit, validation } = splitForValidation(train, numClasses, config.validationShare, seed);
    let chosen: Chosen = { strength: 1e-2 };
    if (validation.indices.length > 0) {
      chosen = await chooseStrength(fit, validation, numClasses, config.selectionPasses, programs);
    }
    const standardiser = standardiserOf(train);
    const [model] = await fitSoftmaxRegression({
      features: standardiser.apply(train),
      labels: train.labels,
      numClasses,
      strengths: [chosen.strength],
      ...(chosen.model && { start: [chosen.model] }),
      maxPasses: config.finalPasses,
      programs,
    });
    const [predictions] = await predictWith([model!], standardiser.apply(test), numClasses, programs);
    const numCorrect = countCorrect(predictions!, test.labels);
    return { ...wilsonEstimate(numCorrect, test.labels.length), l2: chosen.strength };
  },
};

interface Chosen {
  readonly strength: number;
  readonly model?: Float64Array;
}

async function chooseStrength(
  fit: LabelledRows,
  validation: LabelledRows,
  numClasses: number,
  maxPasses: number,
  programs: ProgramCache,
): Promise<Chosen> {
  const standardiser = standardiserOf(fit);
  const features = standardiser.apply(fit);
  const models = await fitSoftmaxRegression({
    features,
    labels: fit.labels,
    numClasses,
    strengths: STRENGTHS,
    maxPasses,
    programs,
  });
  const predictions = await predictWith(models, standardiser.apply(validation), numClasses, programs);
  const scores = predictions.map((row) => countCorrect(row, validation.labels));
  const best = scores.lastIndexOf(Math.max(...scores));
  return { strength: STRENGTHS[best]!, model: models[best]! };
}

/** A share of each class at random; classes keep at least four fifths by rounding down. */
function splitForValidation(rows: LabelledRows, numClasses: number, share: number, seed: number) {
  const numTaken = new Float64Array(numClasses);
  const counts = new Float64Array(numClasses);
  for (const label of rows.labels) counts[label]!++;
  const order = new Random(keyFor(seed, "linear-probe", "validation")).permutation(rows.labels.length);
  const [fit, validation]: [number[], number[]] = [[], []];
  for (const position of order) {
    const label = rows.labels[position]!;
    if (numTaken[label]! < Math.floor(counts[label]! * share)) {
      numTaken[label]!++;
      validation.push(position);
    } else {
      fit.push(position);
    }
  }
  // In image order, memory is read forwards.
  fit.sort((a, b) => a - b);
  return { fit: selectLabelled(rows, fit), validation: selectLabelled(rows, validation) };
}

function predictWith(models: readonly Float64Array[], features: Features, numClasses: number, programs: ProgramCache) {
  const { dim } = features;
  const weights = new Float32Array(models.length * numClasses * dim);
  const biases = new Float64Array(models.length * numClasses);
  for (const [i, model] of models.entries()) {
    for (let c = 0; c < numClasses; c++) {
      const row = i * numClasses + c;
      for (let d = 0; d < dim; d++) weights[row * dim + d] = model[d * numClasses + c]!;
      biases[row] = model[dim * numClasses + c]!;
    }
  }
  return predictClasses(allRows(features), { numClasses, weights, biases }, programs);
}
