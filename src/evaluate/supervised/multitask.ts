/** Many tasks at once: heads for every column of a labels file on one encoder, each beside its single-task twin. */
import {
  type Engine,
  type EngineOptions,
  type HostArray,
  keyFor,
  Random,
  type Tree,
  ValueError,
} from "../../compute/index.js";
import { allRows, type Features, selectRows } from "../features.js";
import { bootstrapEstimate, type Estimate } from "../intervals.js";
import { standardiserOf } from "../standardise.js";
import { checkHeadTask, type HeadKind, type HeadTask, headScore, isKnown, trivialScore } from "./head-task.js";
import { createHeadTrainer, type FitOptions } from "./head-trainer.js";
import { featureInputs } from "./inputs.js";
import { sharedLayerTrunk, type Trunk } from "./trunk.js";

export interface MultitaskTask {
  readonly tasks: readonly HeadTask[];
  /** What the heads stand on: see `onFeatures`. */
  readonly ground: MultitaskGround;
  /** Image indices; images of which a task knows nothing are left out of it. */
  readonly split: { readonly train: ArrayLike<number>; readonly test: ArrayLike<number> };
  readonly numImages: number;
  /** What the same heads reach together on other ground, by name. */
  readonly floors?: Readonly<Record<string, MultitaskGround>>;
  readonly seed: number;
  readonly engine: Engine;
  readonly engineOptions?: EngineOptions;
  readonly onProgress?: (what: string) => void;
}

/** What heads share, and how it is trained. */
export interface MultitaskGround extends Pick<FitOptions, "inputs" | "learningRate" | "weightDecay"> {
  readonly trunk: Trunk;
  readonly start?: Tree<HostArray>;
}

export interface HeadReport {
  readonly kind: HeadKind;
  /** What is measured: accuracy, R², or mean average precision over tags. */
  readonly measure: "accuracy" | "R²" | "mAP";
  /** The best constant answer: the majority of the training images, their mean, the share of each tag. */
  readonly trivial: number;
  /** Trained together with all other heads. */
  readonly joint: Estimate;
  /** The same trunk trained for this head alone. */
  readonly alone: Estimate;
  /** Joint less alone, on the same test images. */
  readonly difference: Estimate;
  /** Trained together on other ground: the untrained encoder, raw pixels. */
  readonly floors: Readonly<Record<string, Estimate>>;
  /** Images it learnt from. */
  readonly numTrain: number;
  /** Classes or tags. */
  readonly names?: readonly string[];
}

const BATCH_SIZE = 64;
const PASSES = 20;
const FEWEST_STEPS = 100;
const MOST_STEPS = 600;
const VALIDATION_SHARE = 0.2;
const FEWEST_FOR_VALIDATION = 25;
const HIDDEN_DIM = 256;

/** Heads on frozen features, with one hidden layer of 256 that they share. */
export function onFeatures(features: Features, train: ArrayLike<number>): MultitaskGround {
  const standardised = standardiserOf(selectRows(features, train)).apply(allRows(features));
  return {
    trunk: sharedLayerTrunk(features.dim, HIDDEN_DIM),
    inputs: featureInputs(standardised),
    learningRate: 1e-3,
    weightDecay: 0.05,
  };
}

const MEASURES = { class: "accuracy", number: "R²", tags: "mAP" } as const;

/**
 * Train all heads together, each loss as a share of what the best constant answer leaves (see `createHeadTrainer`), and each
 * alone with the same trunk, steps and images; a fifth of the training images chooses the step.
 * Intervals are percentiles of 1,000 bootstrap draws of test images, the same draws for joint, alone and their difference.
 * @returns by task
 * @throws ValueError if a task knows fewer than two test images or has nothing to learn
 */
export async function multitask(task: MultitaskTask): Promise<Readonly<Record<string, HeadReport>>> {
  const { tasks, split, numImages, seed, onProgress } = task;
  for (const head of tasks) checkHeadTask("multitask", head, numImages);
  const { fit, validation } = setAside(split.train, seed);
  onProgress?.(`${tasks.length} tasks together`);
  const together = await outputsOf(task, tasks, fit, validation);
  const below: [string, Float64Array[]][] = [];
  for (const [name, ground] of Object.entries(task.floors ?? {})) {
    onProgress?.(`${tasks.length} tasks together on ${name}`);
    below.push([name, await outputsOf({ ...task, ground }, tasks, fit, validation)]);
  }
  const reports: [string, HeadReport][] = [];
  for (const [i, head] of tasks.entries()) {
    onProgress?.(`${head.name} alone`);
    const [alone] = tasks.length === 1 ? [together[0]!] : await outputsOf(task, [head], fit, validation);
    const floors = below.map(([name, outputs]) => [name, outputs[i]!] as const);
    reports.push([head.name, reportOf(head, together[i]!, alone!, floors, task)]);
  }
  return Object.fromEntries(reports);
}

/** Outputs for all test images, by head. */
async function outputsOf(
  { ground, split, seed, engine, engineOptions }: MultitaskTask,
  tasks: readonly HeadTask[],
  fit: readonly number[],
  validation: readonly number[],
): Promise<Float64Array[]> {
  const { trunk, ...given } = ground;
  const batchSize = BATCH_SIZE;
  const trainer = await createHeadTrainer({
    trunk,
    heads: tasks,
    batchSize,
    engine,
    ...(engineOptions && { engineOptions }),
  });
  try {
    const train = fit.filter((row) => tasks.some((task) => isKnown(task, row)));
    const steps = Math.min(MOST_STEPS, Math.max(FEWEST_STEPS, Math.ceil((PASSES * train.length) / BATCH_SIZE)));
    return await (await trainer.fit({ ...given, tasks, train, validation, steps, seed })).predict(split.test);
  } finally {
    await trainer.dispose();
  }
}

function reportOf(
  task: HeadTask,
  joint: Float64Array,
  alone: Float64Array,
  floors: readonly (readonly [string, Float64Array])[],
  { split, seed }: MultitaskTask,
): HeadReport {
  const { kind, width, names } = task;
  const positions = Array.from({ length: split.test.length }, (_, i) => i).filter((i) => isKnown(task, split.test[i]!));
  if (positions.length < 2) {
    throw new ValueError("multitask", task.name, "known for at least two test images", positions.length);
  }
  const rows = positions.map((i) => split.test[i]!);
  const known = (outputs: Float64Array) =>
    Float64Array.from(
      { length: rows.length * width },
      (_, at) => outputs[positions[Math.floor(at / width)]! * width + (at % width)]!,
    );
  const [jointKnown, aloneKnown] = [known(joint), known(alone)];
  const scoreOf = (outputs: Float64Array) => (draw: Int32Array) =>
    headScore(
      task,
      Float64Array.from(
        { length: draw.length * width },
        (_, at) => outputs[draw[Math.floor(at / width)]! * width + (at % width)]!,
      ),
      Array.from(draw, (i) => rows[i]!),
    );
  const estimate = (statistic: (draw: Int32Array) => number) =>
    bootstrapEstimate(statistic, rows.length, keyFor(seed, "multitask", "bootstrap"));
  const [ofJoint, ofAlone] = [scoreOf(jointKnown), scoreOf(aloneKnown)];
  return {
    kind,
    measure: MEASURES[kind],
    trivial: trivialScore(task, split.train, rows),
    joint: estimate(ofJoint),
    alone: estimate(ofAlone),
    difference: estimate((draw) => ofJoint(draw) - ofAlone(draw)),
    floors: Object.fromEntries(floors.map(([name, outputs]) => [name, estimate(scoreOf(known(outputs)))])),
    numTrain: Array.from(split.train).filter((row) => isKnown(task, row)).length,
    ...(names && names.length > 0 && { names }),
  };
}

/** A fifth of the training images at random, if there are enough. */
function setAside(train: ArrayLike<number>, seed: number) {
  const images = Array.from(train);
  if (images.length < FEWEST_FOR_VALIDATION) return { fit: images, validation: [] };
  const order = new Random(keyFor(seed, "multitask", "validation")).permutation(images.length);
  const aside = new Set(order.subarray(0, Math.round(VALIDATION_SHARE * images.length)));
  const side = (wanted: boolean) => images.filter((_, i) => aside.has(i) === wanted);
  return { fit: side(false), validation: side(true) };
}
