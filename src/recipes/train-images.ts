/** Train an encoder on images or on a series: open the data, choose what was not chosen, announce the plan, train. */

import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { sampleKindOf } from "../augment/index.js";
import type { Samples } from "../data/index.js";
import {
  fitToSeconds,
  type MetricLine,
  measureSteps,
  RunFolder,
  type RunResult,
  requireSameConfig,
  requireSameImages,
  requireUnlocked,
  runTraining,
  type TrainCadence,
  type TrainConfig,
} from "../train/index.js";
import { chooseCadence, chooseConfig, overrideConfig } from "./choices.js";
import { createDoctor } from "./doctor-hook.js";
import { createKnnRecord } from "./knn-hook.js";
import type { TrainChoices, TrainObserver, TrainSummary } from "./main-job.js";
import { pinViews } from "./pinned-views.js";
import { holdOutOf } from "./run-images.js";
import { type HoldOut, openSamples, openSamplesOf, splitSamples } from "./run-samples.js";
import { machineWarnings, planOf } from "./train-plan.js";

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
  opened?: Samples,
): Promise<TrainSummary> {
  const whole = opened ?? (await openSamples(choices, observer));
  try {
    const { set, heldOut } = partsOf(whole, choices);
    sampleKindOf(set).requireTrainable(set);
    const chosen = await chooseConfig(choices, set);
    const path = choices.out ?? freePath(chosen);
    RunFolder.requireFree(path);
    const seconds = choices.minutes === undefined ? undefined : choices.minutes * 60;
    const measured = await measureSteps(chosen, set, seconds === undefined ? undefined : { seconds });
    const config = seconds === undefined ? chosen : fitToSeconds(chosen, seconds, measured.secondsPerStep);
    const cadence = chooseCadence(choices, config.totalSteps);
    observer.onPlan?.(planOf(config, path, set, measured));
    return await runObserved({ config, cadence, path, set, ...heldOut, resume: false, earlier: [], observer });
  } finally {
    if (opened === undefined) whole.close();
  }
}

/**
 * Go on with a run from its last checkpoint, to the same end as if it had never stopped. A finished run is left as it is.
 * @param choices must agree with the run's config where given; `data` says where the images are now if they were moved
 * @throws DarkmatterError if there is no run, another process trains it, a choice differs (naming the keys), or the
 *   images changed
 */
export async function resumeTraining(
  path: string,
  choices: Partial<TrainChoices> = {},
  observer: TrainObserver = {},
  opened?: Samples,
): Promise<TrainSummary> {
  const folder = await RunFolder.open(path);
  requireUnlocked(path);
  const { config } = folder;
  requireSameConfig(config, overrideConfig(config, choices));
  const resumedFrom = await folder.savedStep();
  if (resumedFrom >= config.totalSteps) return finishedSummary(folder);
  const whole =
    opened ??
    (await openSamplesOf(folder, "resume", choices.data === undefined ? {} : { data: choices.data }, observer));
  try {
    const { set, heldOut } = partsOf(whole, holdOutOf(config));
    requireSameImages(config, set);
    const measured = await measureSteps(config, set, { steps: config.totalSteps - resumedFrom });
    const plan = planOf(config, path, set, measured, resumedFrom);
    observer.onPlan?.({ ...plan, resumedFrom, warnings: [...plan.warnings, ...machineWarnings(folder)] });
    const cadence = chooseCadence({ ...folder.record.cadence, ...choices }, config.totalSteps);
    const earlier = earlierMetrics(folder, resumedFrom);
    return await runObserved({ config, cadence, path, set, ...heldOut, resume: true, earlier, observer });
  } finally {
    if (opened === undefined) whole.close();
  }
}

interface ObservedRun {
  readonly config: TrainConfig;
  readonly cadence: TrainCadence;
  readonly path: string;
  readonly set: Samples;
  /** Samples set aside: the doctor asks now and then what they cost. */
  readonly heldOut?: Samples;
  readonly resume: boolean;
  /** Metrics of the run before a resume. */
  readonly earlier: readonly MetricLine[];
  readonly observer: TrainObserver;
}

async function runObserved({ observer, earlier, heldOut, ...run }: ObservedRun): Promise<TrainSummary> {
  const { config, cadence, set } = run;
  const pinned = pinViews(config, set, heldOut);
  const doctor = createDoctor({ config, every: cadence.metersEvery, earlier, pinned });
  const { knnEvery } = cadence;
  const record = knnEvery === undefined ? undefined : createKnnRecord(config, set, heldOut, knnEvery);
  const { onProgress, signal } = observer;
  try {
    const result = await runTraining({
      ...run,
      hooks: [doctor.hook, ...(record ? [record.hook] : [])],
      ...(onProgress && {
        onProgress: (progress) => {
          const verdict = doctor.verdict();
          onProgress({ ...progress, ...(verdict && { verdict }) });
        },
      }),
      ...(signal && { signal }),
    });
    return summaryOf(result, doctor.verdict());
  } finally {
    await doctor.close();
    await record?.close();
  }
}

/** What is trained on, and what is set aside. */
function partsOf(whole: Samples, choices: HoldOut): { set: Samples; heldOut: { heldOut?: Samples } } {
  const parts = splitSamples(whole, choices);
  return parts === undefined ? { set: whole, heldOut: {} } : { set: parts.kept, heldOut: { heldOut: parts.heldOut } };
}

/** Metrics up to the checkpoint: the steps after it are measured again. */
function earlierMetrics(folder: RunFolder, step: number): MetricLine[] {
  return folder.readMetrics().filter((line) => line.step <= step);
}

function finishedSummary(folder: RunFolder): TrainSummary {
  const { path, config } = folder;
  const { totalSteps } = config;
  const lines = folder.readMetrics();
  const verdict = createDoctor({ config, every: 1, earlier: lines }).verdict();
  const imagesPerSecond = lines.findLast(({ name }) => name === "run/imagesPerSecond")?.value ?? 0;
  return {
    path,
    noun: nounOf(config),
    isFinished: true,
    step: totalSteps,
    totalSteps,
    seconds: 0,
    imagesPerSecond,
    ...(verdict && { verdict }),
  };
}

function summaryOf(result: RunResult, verdict: TrainSummary["verdict"]): TrainSummary {
  const { folder, state, isFinished, seconds, imagesPerSecond } = result;
  const { totalSteps } = folder.config;
  return {
    path: folder.path,
    noun: nounOf(folder.config),
    isFinished,
    step: state.step,
    totalSteps,
    seconds,
    imagesPerSecond,
    ...(verdict && { verdict }),
  };
}

function nounOf({ data, imageSize }: TrainConfig): string {
  return sampleKindOf(data).noun(imageSize);
}

/** runs/<data>-<objective>, with a number if that is taken. */
function freePath(config: TrainConfig): string {
  const name = basename(resolve(config.data.source)).replace(/[^\p{L}\p{N}._-]+/gu, "-") || "images";
  const base = `runs/${name}-${config.objective.name}`;
  for (let i = 1; ; i++) {
    const path = i === 1 ? base : `${base}-${i}`;
    if (!existsSync(path)) return path;
  }
}
