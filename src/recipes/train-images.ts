/** Train an encoder on images: open the data, choose what was not chosen, announce the plan, train. */

import { existsSync } from "node:fs";
import { basename } from "node:path";
import { lookUp } from "../compute/index.js";
import { type ImageSet, openImages, requireTrainable, stepsPerEpoch } from "../data/index.js";
import { countParameters } from "../nn/index.js";
import { objectives } from "../objectives/catalog.js";
import type { Objective } from "../objectives/index.js";
import {
  buildModel,
  fitToSeconds,
  measureSteps,
  RunFolder,
  type RunResult,
  requireSameConfig,
  runTraining,
  type StepMeasurement,
  type TrainCadence,
  type TrainConfig,
} from "../train/index.js";
import { chooseCadence, chooseConfig, DEFAULT_IMAGE_SIZE, overrideConfig } from "./choices.js";
import { createDoctor } from "./doctor-hook.js";
import type { TrainChoices, TrainObserver, TrainPlan, TrainSummary } from "./main-job.js";

/**
 * Train a new run.
 *
 *   const run = await trainImages({ data: "./photos", minutes: 5 });
 *   const { text } = await evaluateRun(run.path);
 *
 * @param opened the images, if they are open already (a selection of a set, say); they stay open
 * @throws DarkmatterError for data, choices or a machine that do not fit, or a loss that is not finite
 */
export async function trainImages(
  choices: TrainChoices,
  observer: TrainObserver = {},
  opened?: ImageSet,
): Promise<TrainSummary> {
  const set = opened ?? (await openForTraining(choices, observer));
  try {
    requireTrainable(set);
    const chosen = await chooseConfig(choices, set);
    const path = choices.out ?? freePath(chosen);
    const measured = await measureSteps(chosen, set);
    const config =
      choices.minutes === undefined ? chosen : fitToSeconds(chosen, choices.minutes * 60, measured.secondsPerStep);
    const cadence = chooseCadence(choices, config.totalSteps);
    observer.onPlan?.(planOf(config, path, set, measured));
    return await runObserved({ config, cadence, path, set, resume: false, observer });
  } finally {
    if (opened === undefined) set.close();
  }
}

/**
 * Go on with a run from its last checkpoint, to the same end as if it had never stopped.
 * @param choices must agree with the run's config where given
 * @throws DarkmatterError if there is no run, a choice differs (naming the keys), or the data changed
 */
export async function resumeTraining(
  path: string,
  choices: Partial<TrainChoices> = {},
  observer: TrainObserver = {},
  opened?: ImageSet,
): Promise<TrainSummary> {
  const folder = await RunFolder.open(path);
  const { config } = folder;
  requireSameConfig(config, overrideConfig(config, choices));
  const { labels, source } = config.data;
  const set =
    opened ?? (await openForTraining({ data: source, size: config.imageSize, ...(labels && { labels }) }, observer));
  try {
    const found = { ...config, data: { ...config.data, numImages: set.numImages, channels: set.channels } };
    requireSameConfig(config, found);
    const measured = await measureSteps(config, set);
    observer.onPlan?.({ ...planOf(config, path, set, measured), resumedFrom: await folder.savedStep() });
    return await runObserved({ config, cadence: folder.record.cadence, path, set, resume: true, observer });
  } finally {
    if (opened === undefined) set.close();
  }
}

interface ObservedRun {
  readonly config: TrainConfig;
  readonly cadence: TrainCadence;
  readonly path: string;
  readonly set: ImageSet;
  readonly resume: boolean;
  readonly observer: TrainObserver;
}

async function runObserved({ config, cadence, path, set, resume, observer }: ObservedRun): Promise<TrainSummary> {
  const objective: Objective = lookUp<Objective>("train", "objective", objectives, config.objective.name);
  const earlier = resume ? (await RunFolder.open(path)).readMetrics() : [];
  const doctor = createDoctor(objective, cadence.metersEvery, earlier);
  const { onProgress, signal } = observer;
  const result = await runTraining({
    config,
    cadence,
    set,
    path,
    resume,
    hooks: [doctor.hook],
    ...(onProgress && {
      onProgress: (progress) => {
        const verdict = doctor.verdict();
        onProgress({ ...progress, ...(verdict && { verdict }) });
      },
    }),
    ...(signal && { signal }),
  });
  return summaryOf(result, doctor.verdict());
}

function summaryOf(result: RunResult, verdict: TrainSummary["verdict"]): TrainSummary {
  const { folder, state, isFinished, seconds, imagesPerSecond } = result;
  const { totalSteps } = folder.config;
  return {
    path: folder.path,
    isFinished,
    step: state.step,
    totalSteps,
    seconds,
    imagesPerSecond,
    ...(verdict && { verdict }),
  };
}

/** Images for training: cached at twice the size that is trained on. */
export function openForTraining(
  choices: Pick<TrainChoices, "data" | "labels" | "size"> & { readonly channels?: 1 | 3 },
  observer: Pick<TrainObserver, "onData">,
): Promise<ImageSet> {
  const { data, labels, size, channels } = choices;
  return openImages(data, {
    trainingSize: size ?? DEFAULT_IMAGE_SIZE,
    ...(labels !== undefined && { labels }),
    ...(channels !== undefined && { channels }),
    ...(observer.onData && { onProgress: observer.onData }),
  });
}

function planOf(config: TrainConfig, path: string, set: ImageSet, measured: StepMeasurement): TrainPlan {
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
    estimatedSeconds: config.totalSteps * measured.secondsPerStep,
    estimatedBytes: stateBytes + viewBytes + (measured.peakBytes ?? 0),
  };
}

/** runs/<data>-<objective>, with a number if that is taken. */
function freePath(config: TrainConfig): string {
  const name = basename(config.data.source).replace(/[^\p{L}\p{N}._-]+/gu, "-") || "images";
  const base = `runs/${name}-${config.objective.name}`;
  for (let i = 1; ; i++) {
    const path = i === 1 ? base : `${base}-${i}`;
    if (!existsSync(path)) return path;
  }
}
