/** Multinomial logistic regression, several regularisation strengths side by side. */
import { float32, float32Spec, Tensor, trace } from "../../compute/index.js";
import type { Features } from "../features.js";
import { Lbfgs, type ProgramCache } from "../linear-algebra/index.js";

export interface SoftmaxRegressionTask {
  /** Standardised features. */
  readonly features: Features;
  readonly labels: Int32Array;
  readonly numClasses: number;
  /** One model is fitted for each strength. */
  readonly strengths: readonly number[];
  /** Where to start each model; zeros when absent. */
  readonly start?: readonly Float64Array[];
  /** At most so many passes over the data; all models share a pass. */
  readonly maxPasses: number;
  readonly programs: ProgramCache;
}

const MAX_BLOCK_ROWS = 2048;

/**
 * Minimise, for each strength λ, mean cross-entropy + λ/2 ‖W‖² (biases free) by L-BFGS. One pass over the features gives
 * the loss and gradient of all models, so a grid costs hardly more than one fit.
 * @returns for each strength the weights [dim, numClasses] followed by the biases [numClasses]
 */
export async function fitSoftmaxRegression(task: SoftmaxRegressionTask): Promise<Float64Array[]> {
  const { features, numClasses, strengths, start, maxPasses } = task;
  const size = (features.dim + 1) * numClasses;
  const searches = strengths.map((_, i) => new Lbfgs(start?.[i] ?? new Float64Array(size)));
  const evaluate = await lossAndGradients(task);
  for (let pass = 0; pass < maxPasses && searches.some((search) => !search.isDone); pass++) {
    const results = await evaluate(searches.map((search) => search.point));
    for (const [i, search] of searches.entries()) search.observe(results[i]!.value, results[i]!.gradient);
  }
  return searches.map((search) => search.best);
}

interface ValueAndGradient {
  value: number;
  gradient: Float64Array;
}

/** A function of all models' parameters: one pass over the features, in blocks of one size. */
async function lossAndGradients({ features, labels, numClasses, strengths, programs }: SoftmaxRegressionTask) {
  const { numImages, dim, values } = features;
  const blockRows = Math.min(MAX_BLOCK_ROWS, Math.max(64, Math.ceil(numImages / 64) * 64));
  const numModels = strengths.length;
  const program = await blockProgram(blockRows, dim, numModels, numClasses, programs);
  const numColumns = numModels * numClasses;
  const weights = float32(new Float32Array(dim * numColumns), [dim, numColumns]);
  const biases = float32(new Float32Array(numColumns), [1, numColumns]);
  const blocks = Array.from({ length: Math.ceil(numImages / blockRows) }, (_, i) => {
    const [from, to] = [i * blockRows, Math.min(numImages, (i + 1) * blockRows)];
    const targets = new Float32Array(blockRows).fill(-1);
    targets.set(labels.subarray(from, to));
    return { features: float32(padded(values, from * dim, to * dim, blockRows * dim), [blockRows, dim]), targets };
  });

  return async (points: readonly Float64Array[]): Promise<ValueAndGradient[]> => {
    for (const [model, point] of points.entries()) {
      for (let d = 0; d < dim; d++) {
        const [from, to] = [d * numClasses, d * numColumns + model * numClasses];
        for (let c = 0; c < numClasses; c++) weights.data[to + c] = point[from + c]!;
      }
      for (let c = 0; c < numClasses; c++) biases.data[model * numClasses + c] = point[dim * numClasses + c]!;
    }
    const results = points.map((point) => ({ value: 0, gradient: new Float64Array(point.length) }));
    for (const { features, targets } of blocks) {
      const outputs = await program.run({ features, targets: float32(targets, [blockRows, 1, 1]), weights, biases });
      for (const [model, result] of results.entries()) {
        result.value += outputs.losses.data[model]! / numImages;
        addColumns(result.gradient, 0, outputs.weights.data, dim, model, numClasses, numColumns, 1 / numImages);
        addColumns(
          result.gradient,
          dim * numClasses,
          outputs.biases.data,
          1,
          model,
          numClasses,
          numColumns,
          1 / numImages,
        );
      }
    }
    for (const [model, result] of results.entries())
      addPenalty(result, points[model]!, strengths[model]!, dim * numClasses);
    return results;
  };
}

/** Summed cross-entropy and its gradient for one block of rows. A target of -1 marks a row of padding. */
function blockProgram(rows: number, dim: number, numModels: number, numClasses: number, programs: ProgramCache) {
  const numColumns = numModels * numClasses;
  const specs = {
    features: float32Spec([rows, dim]),
    targets: float32Spec([rows, 1, 1]),
    weights: float32Spec([dim, numColumns]),
    biases: float32Spec([1, numColumns]),
  };
  return programs.get(`softmaxRegression ${rows} ${dim} ${numModels} ${numClasses}`, () =>
    trace(specs, ({ features, targets, weights, biases }) => {
      const classes = Tensor.constant(
        float32(
          Float32Array.from({ length: numClasses }, (_, c) => c),
          [1, 1, numClasses],
        ),
      );
      const isTarget = targets.equal(classes).astype("float32"); // [R, 1, C]
      const isReal = targets.greater(-0.5).astype("float32"); // [R, 1, 1]
      const logits = features.matmul(weights).add(biases); // [R, D] x [D, models C] -> [R, models C]
      const logProbabilities = logits.reshape([rows, numModels, numClasses]).logSoftmax(-1);
      const errors = logProbabilities.exp().sub(isTarget).mul(isReal).reshape([rows, numColumns]);
      return {
        losses: logProbabilities.mul(isTarget).sum([0, 2]).neg(), // [models]
        weights: features.transpose().matmul(errors), // [D, R] x [R, models C] -> [D, models C]
        biases: errors.sum(0), // [models C]
      };
    }),
  );
}

/** Add one model's columns of a [rows, numColumns] gradient to its flat gradient. */
function addColumns(
  into: Float64Array,
  offset: number,
  from: ArrayLike<number>,
  rows: number,
  model: number,
  numClasses: number,
  numColumns: number,
  scale: number,
): void {
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < numClasses; c++) {
      into[offset + row * numClasses + c]! += from[row * numColumns + model * numClasses + c]! * scale;
    }
  }
}

function addPenalty(result: ValueAndGradient, point: Float64Array, strength: number, numWeights: number): void {
  for (let i = 0; i < numWeights; i++) {
    result.value += 0.5 * strength * point[i]! ** 2;
    result.gradient[i]! += strength * point[i]!;
  }
}

/** values[from..to), with zeros up to `size`; a view where nothing is missing. */
function padded(values: Float32Array, from: number, to: number, size: number): Float32Array {
  if (to - from === size) return values.subarray(from, to);
  const copy = new Float32Array(size);
  copy.set(values.subarray(from, to));
  return copy;
}
