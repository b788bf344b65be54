/** What of a step comes neither from the state nor from the images: masks, noise and numbers, functions of (seed, step). */
import { type ConfigOf, keyFor, type OptionTable, Random } from "../compute/index.js";
import { stepsPerEpoch } from "../data/batches.js"; // browsers trace steps too: nothing that needs Node
import { constant, type Optimizer, type Schedule, scalarInputs, warmupCosine } from "../optim/index.js";
import type { TrainConfig } from "./config.js";
import type { Model } from "./model.js";
import type { HostInputs } from "./training-step.js";

export interface StepSources {
  readonly model: Pick<Model, "encoder" | "head" | "objective" | "objectiveConfig">;
  readonly optimizer: Optimizer;
  readonly optimizerConfig: ConfigOf<OptionTable>;
  readonly learningRate: Schedule;
}

type SteppedConfig = Pick<
  TrainConfig,
  | "batchSize"
  | "data"
  | "finalWeightDecay"
  | "imageSize"
  | "learningRate"
  | "projector"
  | "seed"
  | "totalSteps"
  | "warmupSteps"
  | "weightDecay"
>;

/** Everything of a step but what comes from the data: its views, and what was done between them. */
export function hostInputsOf(
  config: SteppedConfig,
  { model, optimizer, optimizerConfig, learningRate }: StepSources,
): (step: number) => Omit<HostInputs, "views" | "actions"> {
  const { encoder, objective, objectiveConfig, head } = model;
  const { batchSize, imageSize, projector, seed, totalSteps } = config;
  const { channels, numImages } = config.data;
  const run = { totalSteps, stepsPerEpoch: stepsPerEpoch({ numImages, batchSize }) };
  const schedules = Object.entries(objective.schedules?.(objectiveConfig, run) ?? {});
  const weightDecay = weightDecayOf(config);
  const projectionDims = { batchSize, projectionDim: projector?.outDim ?? head.projectionDim ?? encoder.featureDim };
  const maskDims = { batchSize, channels, imageSize, gridSize: encoder.gridSizeOf(imageSize) };
  const hasSteadyModules = (head.constantLearningRate ?? []).length > 0;
  const scalarsAt = (step: number, rate: number) =>
    scalarInputs(optimizer.scalars({ step, learningRate: rate, weightDecay: weightDecay(step) }, optimizerConfig));

  return (step) => ({
    masks: objective.masks?.(objectiveConfig, maskDims, new Random(keyFor(seed, "masks", step))) ?? {},
    noise: objective.noise?.(objectiveConfig, projectionDims, new Random(keyFor(seed, "noise", step))) ?? {},
    scalars: scalarsAt(step, learningRate(step)),
    // After the warm-up a steady rate is the peak.
    steadyScalars: hasSteadyModules ? scalarsAt(step, learningRate(Math.min(step, config.warmupSteps))) : {},
    scheduled: scalarInputs(Object.fromEntries(schedules.map(([name, schedule]) => [name, schedule(step)]))),
  });
}

function weightDecayOf({ weightDecay, finalWeightDecay, totalSteps }: SteppedConfig): Schedule {
  if (finalWeightDecay === undefined) return constant(weightDecay);
  return warmupCosine({ peak: weightDecay, warmupSteps: 0, totalSteps, final: finalWeightDecay });
}
