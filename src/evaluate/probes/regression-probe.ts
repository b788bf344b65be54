/** The regression probe: how much of a measured quantity a linear map can read off frozen features. */
import { keyFor, Random, ShapeError, ValueError } from "../../compute/index.js";
import { type FeatureRows, type Features, gatherRows } from "../features.js";
import { bootstrapEstimate, type Estimate, meanEstimate } from "../intervals.js";
import { fitRidge, type ProgramCache, type RidgeColumn } from "../linear-algebra/index.js";
import { type Standardiser, standardiserOf } from "../standardise.js";

/** Rows of features with what was measured of each. */
export interface TargetRows extends FeatureRows {
  /** [rows, names.length], aligned with `indices`. */
  readonly targets: ArrayLike<number>;
}

export interface RegressionTask {
  readonly train: TargetRows;
  readonly test: TargetRows;
  /** Name of each target: keys of the outcome. */
  readonly names: readonly string[];
  readonly seed: number;
  readonly programs: ProgramCache;
  /** Strengths λ to choose from; default `RIDGE_STRENGTHS`. */
  readonly strengths?: readonly number[];
}

export interface RegressionScore {
  /** 1 − Σ (y − ŷ)² / Σ (y − ȳ)² on the test rows, ȳ their mean: 1 is perfect, 0 as good as the mean, negative worse. */
  readonly r2: Estimate;
  /** Mean |y − ŷ| in units of the target. */
  readonly mae: Estimate;
  /** The floor of `mae`: always the mean of the training targets. */
  readonly meanMae: number;
  /** The chosen λ. */
  readonly l2: number;
}

export interface RegressionOutcome {
  readonly scores: Readonly<Record<string, RegressionScore>>;
  /** ŷ of the test rows, [rows, names.length]. */
  readonly predictions: Float64Array;
  /** ŷ = features · weights + biases, on features as they came: weights [dim, names.length]. */
  readonly model: { readonly weights: Float64Array; readonly biases: Float64Array };
}

/** The strengths λ that are tried, on standardised features. */
export const RIDGE_STRENGTHS = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100] as const;
/** Where one split would choose λ by a handful of rows, five take turns. */
const FEW_ROWS = 1000;
const NUM_FOLDS = 5;
const FEWEST_TO_CHOOSE = 10;
const DEFAULT_STRENGTH = 1;
const SELECTION_PASSES = 100;
const FINAL_PASSES = 200;

/**
 * Ridge regression of several numbers on frozen features: for each target 1/n ‖X w − y‖² + λ ‖w‖² on standardised features and
 * centred targets. λ is chosen for each target by its squared error on training rows set aside: five folds up to 1,000
 * rows, one fifth above; below ten rows it is 1. The final fit is on all training rows. Test rows choose nothing.
 *
 *   const { scores } = await regress({ train, test, names: ["x", "y"], seed: 0, programs });
 *   scores.x.r2 // { mean, low, high, n }
 *
 * R² has the percentile interval of 1,000 bootstrap draws of test rows, MAE Student's; n = test rows.
 * Angles: give sine and cosine as two targets.
 * @throws ShapeError if targets and rows do not fit; ValueError for a target that is not finite or never varies
 */
export async function regress(task: RegressionTask): Promise<RegressionOutcome> {
  const { train, test, names, seed, programs } = task;
  for (const side of ["train", "test"] as const) checkTargets(side, task[side], names);
  const numTargets = names.length;
  const strengths = await chooseStrengths(task);
  const { standardiser, features, targets, means } = prepare(train, numTargets);
  const columns = strengths.map((strength, target) => ({ target, strength }));
  const fitted = await fitRidge({ features, targets, numTargets, columns, maxPasses: FINAL_PASSES, programs });
  const model = onPlainFeatures(fitted, standardiser, means);
  const predictions = predict(gatherRows(test), model, numTargets);
  const scores = names.map((name, t) => {
    const [truth, predicted] = [columnOf(test.targets, numTargets, t), columnOf(predictions, numTargets, t)];
    return [name, { ...scoreOf(truth, predicted, means[t]!, seed), l2: strengths[t]! }] as const;
  });
  return { scores: Object.fromEntries(scores), predictions, model };
}

/** Centred targets, standardised features and what is needed to undo both. */
function prepare(rows: TargetRows, numTargets: number) {
  const standardiser = standardiserOf(rows);
  const n = rows.indices.length;
  const means = Float64Array.from({ length: numTargets }, (_, t) => meanOf(columnOf(rows.targets, numTargets, t)));
  const targets = Float64Array.from({ length: n * numTargets }, (_, i) => rows.targets[i]! - means[i % numTargets]!);
  return { standardiser, features: standardiser.apply(rows), targets, means };
}

/** λ of each target: least squared error on rows that were set aside; of equals the stronger. */
async function chooseStrengths({ train, names, seed, programs, strengths = RIDGE_STRENGTHS }: RegressionTask) {
  const n = train.indices.length;
  const numTargets = names.length;
  if (strengths.length === 1) return names.map(() => strengths[0]!);
  if (n < FEWEST_TO_CHOOSE) return names.map(() => DEFAULT_STRENGTH);
  const columns = names.flatMap((_, target) => strengths.map((strength): RidgeColumn => ({ target, strength })));
  const errors = new Float64Array(columns.length);
  const order = new Random(keyFor(seed, "regression", "validation")).permutation(n);
  for (let fold = 0; fold < (n <= FEW_ROWS ? NUM_FOLDS : 1); fold++) {
    const isAside = new Set(order.filter((_, i) => i % NUM_FOLDS === fold));
    const sideOf = (aside: boolean) =>
      selectTargets(
        train,
        numTargets,
        Array.from({ length: n }, (_, i) => i).filter((i) => isAside.has(i) === aside),
      );
    const [fit, validation] = [sideOf(false), sideOf(true)];
    const { standardiser, features, targets, means } = prepare(fit, numTargets);
    const fitted = await fitRidge({ features, targets, numTargets, columns, maxPasses: SELECTION_PASSES, programs });
    const held = standardiser.apply(validation);
    for (const [c, { target }] of columns.entries()) {
      const truth = columnOf(validation.targets, numTargets, target);
      for (let i = 0; i < held.numImages; i++) {
        errors[c]! += (truth[i]! - means[target]! - dotRow(held, i, fitted[c]!)) ** 2;
      }
    }
  }
  return names.map((_, target) => {
    const own = errors.subarray(target * strengths.length, (target + 1) * strengths.length);
    return strengths[own.lastIndexOf(own.reduce((a, b) => Math.min(a, b)))]!;
  });
}

function scoreOf(truth: Float64Array, predicted: Float64Array, trainMean: number, seed: number) {
  const n = truth.length;
  const errors = truth.map((y, i) => Math.abs(y - predicted[i]!));
  const determination = (rows: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += truth[rows[i]!]!;
    let [residual, total] = [0, 0];
    for (let i = 0; i < n; i++) {
      residual += errors[rows[i]!]! ** 2;
      total += (truth[rows[i]!]! - sum / n) ** 2;
    }
    return total === 0 ? Number.NaN : 1 - residual / total;
  };
  return {
    r2: bootstrapEstimate(determination, n, keyFor(seed, "regression", "bootstrap")),
    mae: meanEstimate([...errors]),
    meanMae: meanOf(truth.map((y) => Math.abs(y - trainMean))),
  };
}

/** The same map on features that are not standardised. */
function onPlainFeatures(fitted: readonly Float64Array[], { mean, scale }: Standardiser, means: Float64Array) {
  const [dim, numTargets] = [mean.length, fitted.length];
  const weights = new Float64Array(dim * numTargets);
  const biases = Float64Array.from(means);
  for (const [t, column] of fitted.entries()) {
    for (let d = 0; d < dim; d++) {
      const weight = column[d]! * scale[d]!;
      weights[d * numTargets + t] = weight;
      biases[t]! -= weight * mean[d]!;
    }
  }
  return { weights, biases };
}

function predict({ numImages, dim, values }: Features, model: RegressionOutcome["model"], numTargets: number) {
  const predictions = new Float64Array(numImages * numTargets);
  for (let i = 0; i < numImages; i++) {
    for (let t = 0; t < numTargets; t++) {
      let sum = model.biases[t]!;
      for (let d = 0; d < dim; d++) sum += values[i * dim + d]! * model.weights[d * numTargets + t]!;
      predictions[i * numTargets + t] = sum;
    }
  }
  return predictions;
}

function selectTargets(rows: TargetRows, numTargets: number, positions: readonly number[]): TargetRows {
  return {
    source: rows.source,
    indices: Int32Array.from(positions, (position) => rows.indices[position]!),
    targets: positions.flatMap((position) =>
      Array.from({ length: numTargets }, (_, t) => rows.targets[position * numTargets + t]!),
    ),
  };
}

function checkTargets(side: "train" | "test", { indices, targets, source }: TargetRows, names: readonly string[]) {
  const [n, numTargets] = [indices.length, names.length];
  if (numTargets < 1) throw new ValueError("regress", "names", "at least one target", names);
  if (targets.length !== n * numTargets) {
    throw new ShapeError("regress", `${side}.targets`, [n, numTargets], [targets.length], "One row for each image.");
  }
  if (n < 2) throw new ValueError("regress", side, "at least two rows", n);
  const stray = indices.find((row) => !(row >= 0 && row < source.numImages));
  if (stray !== undefined) throw new ValueError("regress", `${side}.indices`, `below ${source.numImages}`, stray);
  for (const [t, name] of names.entries()) {
    const column = columnOf(targets, numTargets, t);
    const at = column.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) {
      const hint = "Leave out the images it was not measured of.";
      throw new ValueError(
        "regress",
        name,
        "a finite number for every image",
        `${column[at]} in ${side} row ${at}`,
        hint,
      );
    }
    if (column.every((value) => value === column[0])) {
      const hint = "There is nothing to tell apart; leave this target out.";
      throw new ValueError("regress", name, `different between ${side} images`, column[0], hint);
    }
  }
}

function columnOf(values: ArrayLike<number>, numColumns: number, column: number): Float64Array {
  return Float64Array.from({ length: values.length / numColumns }, (_, i) => values[i * numColumns + column]!);
}

function dotRow({ dim, values }: Features, row: number, weights: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < dim; d++) sum += values[row * dim + d]! * weights[d]!;
  return sum;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
