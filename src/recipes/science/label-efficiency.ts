/** How many labels each learner needs: properties of materials from 50, 200 and 1,000 measured ones. */
import { createViewMaker } from "../../augment/index.js";
import { type Engine, type HostArray, keyFor, Random, type Tree } from "../../compute/index.js";
import { type Estimate, type Features, meanEstimate, ProgramCache, regress } from "../../evaluate/index.js";
import { createHeadTrainer } from "../../evaluate/supervised/head-trainer.js";
import { type InputSource, sampleInputs } from "../../evaluate/supervised/inputs.js";
import { encoderTrunk } from "../../evaluate/supervised/trunk.js";
import { buildEncoder, type TrainConfig } from "../../train/index.js";
import { type MaterialsTask, materialView, PROPERTIES } from "./materials-task.js";

/** Predicts the properties of the test materials, [test, 2], from these labelled rows. */
export interface Learner {
  readonly name: string;
  predictTest(labelled: Int32Array, seed: number): Promise<Float64Array>;
  close(): Promise<void>;
}

export interface LabelEfficiencyOptions {
  readonly labelCounts: readonly number[];
  readonly numDraws: number;
  readonly seed: number;
  readonly onStage?: (name: string) => void;
}

/** One learner at one number of labels, over draws of the labels. */
export interface LabelEfficiencyRow {
  readonly learner: string;
  readonly numLabels: number;
  /** R² of ln k on the test materials, mean of x and y: 1 is perfect, 0 as good as the mean. */
  readonly r2: Estimate;
  /** Mean of |k̂ / k − 1| over test materials, x and y. */
  readonly relativeError: Estimate;
}

/** Every learner at every number of labels; draw d of n labels is the same for all learners. */
export async function labelEfficiency(
  task: MaterialsTask,
  learners: readonly Learner[],
  { labelCounts, numDraws, seed, onStage }: LabelEfficiencyOptions,
): Promise<LabelEfficiencyRow[]> {
  const rows: LabelEfficiencyRow[] = [];
  for (const learner of learners) {
    for (const numLabels of labelCounts) {
      const scores: RegressionScores[] = [];
      for (let draw = 0; draw < numDraws; draw++) {
        onStage?.(`${learner.name}: ${numLabels} labels, draw ${draw + 1} of ${numDraws}`);
        const labelled = drawLabels(task.pool, numLabels, seed, draw);
        scores.push(scoreOf(task, await learner.predictTest(labelled, 1000 * seed + draw)));
      }
      rows.push({
        learner: learner.name,
        numLabels,
        r2: meanEstimate(scores.map(({ r2 }) => r2)),
        relativeError: meanEstimate(scores.map(({ relativeError }) => relativeError)),
      });
    }
  }
  return rows;
}

/** Rows of the pool that draw `draw` has labels of. */
export function drawLabels(pool: Int32Array, numLabels: number, seed: number, draw: number): Int32Array {
  const order = new Random(keyFor(seed, "labels", numLabels, draw)).permutation(pool.length);
  return Int32Array.from(order.subarray(0, numLabels), (position) => pool[position]!);
}

/** Ridge regression on features of the measured materials. */
export function ridgeLearner(name: string, features: Features, task: MaterialsTask, engine: Engine): Learner {
  const programs = new ProgramCache(engine);
  return {
    name,
    async predictTest(labelled, seed) {
      const { predictions } = await fitHead(features, task, labelled, seed, programs);
      return predictions;
    },
    close: () => programs.dispose(),
  };
}

/** The affine head of features, and what it says of the test materials. */
export function fitHead(
  features: Features,
  task: MaterialsTask,
  labelled: Int32Array,
  seed: number,
  programs: ProgramCache,
) {
  return regress({
    train: { source: features, indices: labelled, targets: targetsOf(task, labelled) },
    test: { source: features, indices: task.test, targets: targetsOf(task, task.test) },
    names: PROPERTIES,
    seed,
    programs,
  });
}

export interface TrainedLearnerOptions {
  readonly name: string;
  /** The encoder, its images and threads. */
  readonly config: TrainConfig;
  readonly engine: Engine;
  /** Parameters of the encoder to begin with: fine-tuning. Drawn by the seed if absent: the supervised twin. */
  readonly start?: Tree<HostArray>;
  readonly steps: number;
}

const BATCH_SIZE = 64;
const LEARNING_RATE = 2e-3;
const WEIGHT_DECAY = 0.01;

/**
 * An encoder of the same shape trained on the labels, with the shifts and mirrors of the self-supervised views. The last
 * step counts: no label is spent on choosing when to stop.
 */
export async function trainedLearner(task: MaterialsTask, options: TrainedLearnerOptions): Promise<Learner> {
  const { name, config, engine, start, steps } = options;
  const { imageSize } = config;
  const trainer = await createHeadTrainer({
    trunk: encoderTrunk(buildEncoder(config), [1, imageSize, imageSize]),
    heads: PROPERTIES.map(() => ({ kind: "number", width: 1 })),
    batchSize: BATCH_SIZE,
    engine,
    engineOptions: { numThreads: config.numThreads },
  });
  const K = PROPERTIES.length;
  const tasks = PROPERTIES.map((property, t) => ({
    name: property,
    kind: "number" as const,
    width: 1,
    targets: Float64Array.from({ length: task.measured.numImages }, (_, i) => task.targets[i * K + t]!),
  }));
  return {
    name,
    async predictTest(labelled, seed) {
      const fitted = await trainer.fit({
        ...{ tasks, steps, seed, train: labelled, validation: [] },
        inputs: shiftedInputs(task, imageSize, seed),
        learningRate: LEARNING_RATE,
        weightDecay: WEIGHT_DECAY,
        ...(start && { start }),
      });
      const columns = await fitted.predict(task.test);
      return Float64Array.from({ length: task.test.length * K }, (_, i) => columns[i % K]![Math.floor(i / K)]!);
    },
    close: () => trainer.dispose(),
  };
}

/** Measured materials, for training moved around their edges and mirrored. */
function shiftedInputs({ measured }: MaterialsTask, size: number, seed: number): InputSource {
  const recipe = materialView(size);
  const maker = createViewMaker(recipe, measured.imageSize, measured.channels);
  return {
    ...sampleInputs(measured, recipe, seed, false),
    forTraining(rows, step) {
      const views = new Float32Array(rows.length * maker.length);
      for (const [i, row] of rows.entries()) {
        maker.make(measured.readPixels([row]), keyFor(seed, "labelled view", step, i), views, i * maker.length);
      }
      return views;
    },
  };
}

/** The two targets of these rows, [rows, 2]. */
export function targetsOf({ targets }: Pick<MaterialsTask, "targets">, rows: Int32Array): Float64Array {
  const K = PROPERTIES.length;
  return Float64Array.from({ length: rows.length * K }, (_, i) => targets[rows[Math.floor(i / K)]! * K + (i % K)]!);
}

interface RegressionScores {
  readonly r2: number;
  readonly relativeError: number;
}

/** Scores of predictions [test, 2] of logarithms. */
export function scoreOf(task: Pick<MaterialsTask, "test" | "targets">, predicted: Float64Array): RegressionScores {
  const truth = targetsOf(task, task.test);
  const K = PROPERTIES.length;
  const n = task.test.length;
  let [relativeError, r2] = [0, 0];
  for (let t = 0; t < K; t++) {
    const column = truth.filter((_, i) => i % K === t);
    const mean = column.reduce((sum, value) => sum + value, 0) / n;
    let [residual, total] = [0, 0];
    for (const [i, value] of column.entries()) {
      const error = predicted[i * K + t]! - value;
      residual += error ** 2;
      total += (value - mean) ** 2;
      relativeError += Math.abs(Math.expm1(error)) / (n * K);
    }
    r2 += (1 - residual / total) / K;
  }
  return { r2, relativeError };
}
