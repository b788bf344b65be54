/** What is announced before training: the config with what it will cost. */
import { availableParallelism } from "node:os";
import { sampleKindOf } from "../augment/index.js";
import { resolveOptions, sizeOf } from "../compute/index.js";
import { type Samples, stepsPerEpoch } from "../data/index.js";
import { encoders } from "../encoders/catalog.js";
import type { EncoderDefinition, ImageShape } from "../encoders/index.js";
import { countParameters } from "../nn/index.js";
import {
  buildModel,
  gigabytes,
  memoryRemedy,
  type RunFolder,
  type StepMeasurement,
  type TrainConfig,
  thisProcessor,
} from "../train/index.js";
import type { TrainPlan } from "./main-job.js";

/** @param stepsDone steps of the run that need not be made again */
export function planOf(
  config: TrainConfig,
  path: string,
  set: Samples,
  measured: StepMeasurement,
  stepsDone = 0,
): TrainPlan {
  const model = buildModel(config);
  const numParameters = countParameters(model.specs);
  // Two copies of parameters and both moments take turns; views are made two batches ahead.
  const stateBytes = 2 * 3 * 4 * numParameters;
  const kind = sampleKindOf(config.data);
  const viewValues = config.views.map(({ size }) => sizeOf(kind.shapeOf(config.data.channels, size)));
  const viewBytes = 3 * 4 * config.batchSize * viewValues.reduce((sum, count) => sum + count, 0);
  const neededBytes = stateBytes + viewBytes + (measured.peakBytes ?? 0);
  return {
    config,
    path,
    noun: kind.noun(config.imageSize),
    numImages: set.numImages,
    skipped: set.skipped,
    warnings: [
      ...set.warnings,
      ...chunkWarnings(config, model.encoder.couplesBatch),
      ...memoryWarnings(config, neededBytes, measured.freeBytes),
    ],
    numParameters,
    stepsPerEpoch: stepsPerEpoch({ numImages: set.numImages, batchSize: config.batchSize }),
    imagesPerSecond: measured.imagesPerSecond,
    estimatedSeconds: (config.totalSteps - stepsDone) * measured.secondsPerStep,
    estimatedBytes: measured.residentBytes,
  };
}

/** An encoder with BatchNorm sees its chunk as its batch: say so, and name the encoders that do not. */
function chunkWarnings({ chunkSize, data, imageSize, encoder }: TrainConfig, couplesBatch: boolean): string[] {
  if (chunkSize === undefined || !couplesBatch) return [];
  const images = { channels: data.channels, imageSize };
  const others = Object.values<EncoderDefinition>(encoders).filter(
    (definition) => definition.takes === (data.kind ?? "images") && isFreeOfBatch(definition, images),
  );
  const remedies = [
    ...(Object.hasOwn(encoder.options, "normalization") ? ["--encoder-set normalization=group"] : []),
    ...others.map(({ name }) => `--encoder ${name}`),
  ];
  return [
    `BatchNorm in the ${encoder.name} normalises each chunk of ${chunkSize} images by itself, as a batch of ${chunkSize} ` +
      `would be: the loss sees the whole batch, the encoder does not. Exact in chunks: ${remedies.join(", ")}.`,
  ];
}

/** Whether an encoder, as it is by default, fits these images and treats each by itself. */
function isFreeOfBatch(definition: EncoderDefinition, images: ImageShape): boolean {
  try {
    return !definition.build(images, resolveOptions(definition.name, definition.options)).couplesBatch;
  } catch {
    return false;
  }
}

function memoryWarnings({ batchSize, chunkSize = batchSize }: TrainConfig, needed: number, free: number): string[] {
  if (needed <= free) return [];
  return [
    `It may need ${gigabytes(needed)} of memory; ${gigabytes(free)} are free. ${memoryRemedy(chunkSize, needed, free)}`,
  ];
}

/** What may keep a resumed run from ending with the very bits of the unbroken one, or slow it down. */
export function machineWarnings({ config, record }: RunFolder): string[] {
  const warnings: string[] = [];
  const numCores = availableParallelism();
  if (config.numThreads > numCores) {
    warnings.push(
      `The run keeps its ${config.numThreads} threads, since sums are split by thread; ` +
        `this machine has ${numCores} cores for them.`,
    );
  }
  if (record.processor !== thisProcessor()) {
    warnings.push(
      `The run began on another processor (${record.processor}): this one (${thisProcessor()}) may round differently, ` +
        "so the result can differ in the last bits.",
    );
  }
  return warnings;
}
