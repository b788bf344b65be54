/** A run from beginning to end, or from its last checkpoint on: the loop, its folder, and whoever watches. */
import { sampleKindOf } from "../augment/index.js";
import { epochOf, type Samples } from "../data/index.js";
import { requireSameConfig, type TrainCadence, type TrainConfig } from "./config.js";
import { requireSameImages } from "./data-digest.js";
import { type StepEvent, train } from "./loop.js";
import { NotFiniteError } from "./not-finite.js";
import { RunFolder } from "./run-folder.js";
import { lockRun, type RunLock } from "./run-lock.js";
import type { TrainState } from "./state.js";
import { createTrainer, type Trainer } from "./trainer.js";

/** Values by name. */
type Measured = Readonly<Record<string, number>> | undefined;

/** Watches a run; the next step waits for it. What `observe` returns is written to metrics.jsonl under its name. */
export interface TrainHook {
  readonly name: string;
  /** Called after every so many steps, and after the last one. */
  readonly every: number;
  observe(event: StepEvent, trainer: Trainer): Measured | Promise<Measured>;
}

export interface RunProgress {
  /** What one sample is called: "image", "window" or "row". */
  readonly noun: string;
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
  readonly scalars: Readonly<Record<string, number>>;
}

export interface RunOptions {
  readonly config: TrainConfig;
  readonly cadence: TrainCadence;
  readonly set: Samples;
  readonly path: string;
  /** Go on from the last checkpoint; the config must be the run's. */
  readonly resume?: boolean;
  readonly hooks?: readonly TrainHook[];
  readonly onProgress?: (progress: RunProgress) => void;
  /** When aborted, the run saves a checkpoint and returns. */
  readonly signal?: AbortSignal;
}

export interface RunResult {
  readonly folder: RunFolder;
  readonly state: TrainState;
  readonly isFinished: boolean;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Time the steps waited for views. */
  readonly secondsWaited: number;
}

/**
 * Train, with checkpoints, metrics and hooks.
 * @throws DarkmatterError; whatever was written to the folder before stays whole
 */
export async function runTraining(options: RunOptions): Promise<RunResult> {
  const { config, cadence, set, path, resume = false } = options;
  sampleKindOf(set).requireTrainable(set);
  requireSameImages(config, set);
  const existing = resume ? await RunFolder.open(path) : undefined;
  if (existing) requireSameConfig(existing.config, config);
  const trainer = await createTrainer(config, set);
  let lock: RunLock | undefined;
  try {
    if (!resume) RunFolder.requireFree(path);
    // Only now: a config that does not compile leaves no folder behind.
    lock = lockRun(path);
    const folder = existing ?? (await RunFolder.create(path, config, cadence));
    folder.removeLeftovers();
    const start = existing?.hasCheckpoint() ? await folder.loadCheckpoint(trainer.initial) : trainer.initial;
    await folder.rewindMetrics(start.step);
    return await runSteps(trainer, folder, start, options);
  } finally {
    lock?.release();
    await trainer.close();
  }
}

async function runSteps(
  trainer: Trainer,
  folder: RunFolder,
  start: TrainState,
  { config, cadence, set, hooks = [], onProgress, signal }: RunOptions,
): Promise<RunResult> {
  const started = performance.now();
  const speed = new RecentSpeed();
  let state = start;
  try {
    for await (const event of train(trainer, start)) {
      state = event.state;
      speed.add(event.seconds);
      const imagesPerSecond = config.batchSize / speed.secondsPerStep;
      const isLast = state.step === config.totalSteps;
      const measured: Readonly<Record<string, number>>[] = [];
      for (const hook of hooks) {
        if (isLast || state.step % hook.every === 0) measured.push((await hook.observe(event, trainer)) ?? {});
      }
      folder.appendMetrics(
        state.step,
        Object.assign({}, event.scalars, { "run/imagesPerSecond": imagesPerSecond }, ...measured),
      );
      onProgress?.({
        noun: sampleKindOf(set).noun(config.imageSize),
        step: state.step,
        totalSteps: config.totalSteps,
        epoch: epochOf({ numImages: set.numImages, batchSize: config.batchSize, step: state.step - 1 }),
        imagesPerSecond,
        secondsLeft: (config.totalSteps - state.step) * speed.secondsPerStep,
        scalars: event.scalars,
      });
      const isStopping = signal?.aborted ?? false;
      if (isLast || isStopping || state.step % cadence.checkpointEvery === 0) await folder.saveCheckpoint(state);
      if (isStopping) break;
    }
  } catch (error) {
    throw error instanceof NotFiniteError ? await keepLastSound(error, folder, state) : error;
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    folder,
    state,
    isFinished: state.step >= config.totalSteps,
    seconds,
    imagesPerSecond: ((state.step - start.step) * config.batchSize) / seconds,
    secondsWaited: trainer.loader.secondsWaited,
  };
}

/** The doctor and the curves shall show where it broke, and what was learnt before shall not be lost. */
async function keepLastSound(error: NotFiniteError, folder: RunFolder, state: TrainState): Promise<NotFiniteError> {
  folder.appendMetrics(error.step, error.scalars);
  if (error.isStateSound && state.step > (await folder.savedStep())) await folder.saveCheckpoint(state);
  const saved = await folder.savedStep();
  return error.keeping(
    saved === 0 ? "Nothing was learnt before it." : `What was learnt up to step ${saved} is saved in ${folder.path}.`,
  );
}

/** Seconds a step, over the last steps: it follows a machine that becomes busy. */
class RecentSpeed {
  secondsPerStep = 0;
  add(seconds: number): void {
    this.secondsPerStep = this.secondsPerStep === 0 ? seconds : 0.9 * this.secondsPerStep + 0.1 * seconds;
  }
}
