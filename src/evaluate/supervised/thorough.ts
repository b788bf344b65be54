/** The part of the protocol that trains: attentive probe, fine-tuning, and the supervised twin at several numbers of labels. */
import { type SampleReader, sampleKindOf } from "../../augment/index.js";
import { chooseEngine, type HostArray, lookUp, type Tree } from "../../compute/index.js";
import { encoders } from "../../encoders/catalog.js";
import type { EncoderDefinition } from "../../encoders/index.js";
import { buildEncoder, type TrainConfig } from "../../train/index.js";
import type { Features } from "../features.js";
import { type Estimate, wilsonEstimate } from "../intervals.js";
import { ProgramCache } from "../linear-algebra/index.js";
import { type HeadTask, headScore } from "./head-task.js";
import { createHeadTrainer, type FittedHeads, type HeadTrainer } from "./head-trainer.js";
import { type InputSource, sampleInputs } from "./inputs.js";
import { splitAside } from "./label-draws.js";
import { type LabelEfficiency, labelEfficiency } from "./label-efficiency.js";
import { attentiveTrunk, encoderTrunk } from "./trunk.js";

/** Parts by name, in the order of the report. */
export const THOROUGH_PARTS = ["attentive", "finetune", "efficiency"] as const;
export type ThoroughPart = (typeof THOROUGH_PARTS)[number];

export interface ThoroughTask {
  readonly config: TrainConfig;
  /** Of the trained encoder, buffers included. */
  readonly encoder: Tree<HostArray>;
  readonly set: SampleReader;
  /** Features of the trained encoder. */
  readonly features: Features;
  readonly labels: Int32Array;
  readonly numClasses: number;
  /** Labelled images. */
  readonly train: ArrayLike<number>;
  readonly test: ArrayLike<number>;
  readonly parts: readonly ThoroughPart[];
  readonly seed: number;
  readonly onProgress?: (what: string) => void;
  /** Most steps of one training; default 400. */
  readonly maxSteps?: number;
}

export interface ThoroughReport {
  /** Accuracy of attention over the places of the frozen encoder. */
  readonly attentive?: Estimate;
  /** Accuracy of the encoder trained on with all labels. */
  readonly finetune?: Estimate;
  readonly efficiency?: LabelEfficiency;
  /** Parts that could not be, and why. */
  readonly skipped: Readonly<Partial<Record<ThoroughPart, string>>>;
}

const BATCH_SIZE = 128;
const PASSES = 20;
const FEWEST_STEPS = 60;
const MOST_STEPS = 400;
const ATTENTIVE_PASSES = 10;
const ATTENTIVE_RATE = 1e-3;
const HEAD_WIDTH = 64;
const WEIGHT_DECAY = 0.05;
/** Fine-tuning starts from something worth keeping. */
const FINETUNE_FACTOR = 0.3;

/**
 * Everything that trains with labels uses the same trainer: AdamW, batches of 128, 20 passes over the labels but at least 60
 * and at most 400 steps (10 passes for the attentive probe), a fifth of the labels aside to choose the step.
 *   attentive: attention over the frozen encoder's places, on clean images
 *   finetune: the encoder from the run's weights, crops and flips, 0.3 of its usual learning rate
 *   efficiency: the linear probe at 1, 5, 10, 50 labels a class and all, against the same encoder from scratch with crops and
 *   flips at its usual learning rate
 * @throws ValueError if the labels cannot be learnt from
 */
export async function evaluateThoroughly(task: ThoroughTask): Promise<ThoroughReport> {
  const skipped: Partial<Record<ThoroughPart, string>> = {};
  const wants = (part: ThoroughPart) => task.parts.includes(part);
  const encoder = buildEncoder(task.config);
  let attentive: Estimate | undefined;
  if (wants("attentive")) {
    if (encoder.gridSizeOf(task.config.imageSize) > 1) attentive = await attentiveProbe(task);
    else skipped.attentive = `${task.config.encoder.name} gives one place an image at ${task.config.imageSize} px`;
  }
  if (!wants("finetune") && !wants("efficiency")) return { ...(attentive && { attentive }), skipped };
  const trainer = await encoderTrainer(task);
  try {
    const finetune = wants("finetune") ? await finetuned(task, trainer) : undefined;
    const efficiency = wants("efficiency") ? await efficiencyOf(task, trainer) : undefined;
    return {
      ...(attentive && { attentive }),
      ...(finetune && { finetune }),
      ...(efficiency && { efficiency }),
      skipped,
    };
  } finally {
    await trainer.dispose();
  }
}

async function attentiveProbe(task: ThoroughTask): Promise<Estimate> {
  const { config, seed, onProgress, train } = task;
  const encoder = buildEncoder(config);
  const numHeads = encoder.featureDim % HEAD_WIDTH === 0 ? encoder.featureDim / HEAD_WIDTH : 1;
  const trunk = attentiveTrunk(encoder, task.encoder, inputShapeOf(config), numHeads);
  const trainer = await createHeadTrainer({ trunk, heads: [headOf(task)], ...(await trainerOptions(config)) });
  try {
    const { fit, validation } = splitAside(Array.from(train), task.labels, seed);
    const fitted = await trainer.fit({
      ...common(task, "attentive probe"),
      inputs: sampleInputs(task.set, config.views[0]!, seed, false),
      train: fit,
      validation,
      steps: stepsFor(fit.length, ATTENTIVE_PASSES, task.maxSteps),
      learningRate: ATTENTIVE_RATE,
    });
    onProgress?.("attentive probe: test images");
    return await accuracyOf(task, fitted);
  } finally {
    await trainer.dispose();
  }
}

/** One trainer serves fine-tuning and the twin: they differ in where they start. */
async function encoderTrainer({ config, ...task }: ThoroughTask): Promise<HeadTrainer> {
  const trunk = encoderTrunk(buildEncoder(config), inputShapeOf(config));
  return createHeadTrainer({ trunk, heads: [headOf(task)], ...(await trainerOptions(config)) });
}

async function finetuned(task: ThoroughTask, trainer: HeadTrainer): Promise<Estimate> {
  const { config, train, labels, seed } = task;
  const { fit, validation } = splitAside(Array.from(train), labels, seed);
  const fitted = await trainer.fit({
    ...common(task, "fine-tuning"),
    inputs: augmentedInputs(task),
    start: task.encoder,
    train: fit,
    validation,
    steps: stepsFor(fit.length, PASSES, task.maxSteps),
    learningRate: FINETUNE_FACTOR * usualRate(config),
  });
  return accuracyOf(task, fitted);
}

async function efficiencyOf(task: ThoroughTask, trainer: HeadTrainer): Promise<LabelEfficiency> {
  const { config, features, labels, numClasses, train, test, seed, onProgress } = task;
  const programs = new ProgramCache(await chooseEngine(config.engine));
  const inputs = augmentedInputs(task);
  try {
    return await labelEfficiency({
      ...{ features, labels, numClasses, train, test, seed, programs },
      ...(onProgress && { onProgress }),
      async twin(images, draw) {
        const { fit, validation } = splitAside(images, labels, seed + draw);
        const fitted = await trainer.fit({
          ...common(task, `supervised twin on ${images.length} labels`),
          ...{ inputs, train: fit, validation },
          steps: stepsFor(fit.length, PASSES, task.maxSteps),
          learningRate: usualRate(config),
          seed: seed + draw,
        });
        const [outputs] = await fitted.predict(test);
        return Math.round(headScore(headOf(task), outputs!, test) * test.length);
      },
    });
  } finally {
    await programs.dispose();
  }
}

function common(task: ThoroughTask, what: string) {
  const { seed, onProgress } = task;
  return {
    tasks: [headOf(task)],
    weightDecay: WEIGHT_DECAY,
    seed,
    ...(onProgress && { onProgress: (step: number, steps: number) => onProgress(`${what}: step ${step} of ${steps}`) }),
  };
}

async function accuracyOf(task: ThoroughTask, fitted: FittedHeads): Promise<Estimate> {
  const { test } = task;
  const [outputs] = await fitted.predict(test);
  return wilsonEstimate(Math.round(headScore(headOf(task), outputs!, test) * test.length), test.length);
}

function headOf({ labels, numClasses }: Pick<ThoroughTask, "labels" | "numClasses">): HeadTask {
  const targets = Float64Array.from(labels, (label) => (label < 0 ? Number.NaN : label));
  return { name: "labels", kind: "class", width: numClasses, targets };
}

function augmentedInputs({ set, config, seed }: ThoroughTask): InputSource {
  return sampleInputs(set, config.views[0]!, seed, true);
}

function inputShapeOf({ data, imageSize }: TrainConfig): readonly number[] {
  return sampleKindOf(data).shapeOf(data.channels, imageSize);
}

async function trainerOptions({ engine, numThreads }: TrainConfig) {
  return { batchSize: BATCH_SIZE, engine: await chooseEngine(engine), engineOptions: { numThreads } };
}

function stepsFor(numLabels: number, passes: number, maxSteps = MOST_STEPS): number {
  return Math.min(maxSteps, Math.max(FEWEST_STEPS, Math.ceil((passes * numLabels) / BATCH_SIZE)));
}

/** The encoder's usual peak, for this batch. */
function usualRate({ encoder }: TrainConfig): number {
  const { learningRate } = lookUp<EncoderDefinition>("evaluateThoroughly", "encoder", encoders, encoder.name);
  return learningRate * Math.sqrt(BATCH_SIZE / 256);
}
