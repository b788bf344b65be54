/** What is announced before training: the config with what it will cost. */
import { availableParallelism } from "node:os";
import { type ImageSet, stepsPerEpoch } from "../data/index.js";
import { countParameters } from "../nn/index.js";
import { buildModel, type RunFolder, type StepMeasurement, type TrainConfig, thisProcessor } from "../train/index.js";
import type { TrainPlan } from "./main-job.js";

/** @param stepsDone steps of the run that need not be made again */
export function planOf(
  config: TrainConfig,
  path: string,
  set: ImageSet,
  measured: StepMeasurement,
  stepsDone = 0,
): TrainPlan {
  const numParameters = countParameters(buildModel(config).specs);
  // Two copies of parameters and both moments take turns; views are made two batches ahead.
  const stateBytes = 2 * 3 * 4 * numParameters;
  const viewBytes =
    3 * 4 * config.batchSize * config.data.channels * config.views.reduce((sum, { size }) => sum + size ** 2, 0);
  return {
    config,
    path,
    numImages: set.numImages,
    skipped: set.skipped,
    warnings: set.warnings,
    numParameters,
    stepsPerEpoch: stepsPerEpoch({ numImages: set.numImages, batchSize: config.batchSize }),
    imagesPerSecond: measured.imagesPerSecond,
    estimatedSeconds: (config.totalSteps - stepsDone) * measured.secondsPerStep,
    estimatedBytes: stateBytes + viewBytes + (measured.peakBytes ?? 0),
  };
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
