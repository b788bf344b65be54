/** Fitting a schedule to a time: measure the first steps, then choose how many there will be. */
import { ValueError } from "../compute/index.js";
import type { Samples } from "../data/index.js";
import type { TrainConfig } from "./config.js";
import { train } from "./loop.js";
import { freeMemory, requireMemory } from "./memory.js";
import { createTrainer } from "./trainer.js";

export interface StepMeasurement {
  readonly secondsPerStep: number;
  readonly imagesPerSecond: number;
  /** Steps that were timed. */
  readonly numSteps: number;
  /** Bytes the engine needs at most, where it knows. */
  readonly peakBytes: number | undefined;
  /** Bytes that were free before. */
  readonly freeBytes: number;
  /** Bytes this process took at most while it trained: an allocator holds more than the values alive at once. */
  readonly residentBytes: number;
  /** Time the measurement itself took. */
  readonly secondsSpent: number;
}

const WARM_UP_STEPS = 2;
const FEWEST_MEASURED = 3;
const MOST_MEASURED = 40;
const MOST_SECONDS = 4;
/** Measuring may take this share of the run it estimates. */
const MOST_SHARE = 0.05;
/** Fewer updates than this teach nothing. */
const FEWEST_STEPS = 2;

/** What is estimated: so many steps, or a run of so many seconds. */
export type RunLength = { readonly steps: number } | { readonly seconds: number };

/**
 * Run the first steps of a config on a state that is thrown away, and time them (median).
 * @param length a short run is measured briefly
 * @throws DarkmatterError if a step needs more memory than there is
 */
export async function measureSteps(
  config: TrainConfig,
  set: Samples,
  length: RunLength = { steps: config.totalSteps },
): Promise<StepMeasurement> {
  const started = performance.now();
  const freeBytes = freeMemory();
  const trainer = await createTrainer(
    { ...config, totalSteps: MOST_MEASURED + WARM_UP_STEPS, learningRate: 0, warmupSteps: 0 },
    set,
  );
  try {
    requireMemory(trainer.step.peakBytes, config);
    const times: number[] = [];
    let residentBytes = 0;
    const measuring = performance.now();
    for await (const { step, seconds } of train(trainer, trainer.initial)) {
      const spent = (performance.now() - measuring) / 1000;
      // A step that takes so long is hardly shorter once warm.
      if (step > WARM_UP_STEPS || spent > MOST_SECONDS) times.push(seconds);
      residentBytes = Math.max(residentBytes, process.memoryUsage.rss());
      if (isEnough(times, spent, length)) break;
    }
    const secondsPerStep = median(times);
    return {
      secondsPerStep,
      imagesPerSecond: config.batchSize / secondsPerStep,
      numSteps: times.length,
      peakBytes: trainer.step.peakBytes,
      freeBytes,
      residentBytes,
      secondsSpent: (performance.now() - started) / 1000,
    };
  } finally {
    await trainer.close();
  }
}

function isEnough(times: readonly number[], spent: number, length: RunLength): boolean {
  if (times.length === 0) return false;
  const expected = "seconds" in length ? length.seconds : length.steps * median(times);
  return spent > MOST_SECONDS || (times.length >= FEWEST_MEASURED && spent > MOST_SHARE * expected);
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1]!;
}

/**
 * The config with as many steps as fit, and a warm-up in proportion.
 * @throws ValueError if hardly any step fits
 */
export function fitToSeconds(config: TrainConfig, seconds: number, secondsPerStep: number): TrainConfig {
  const totalSteps = Math.floor(seconds / secondsPerStep);
  if (!(totalSteps >= FEWEST_STEPS)) {
    const least = (FEWEST_STEPS * secondsPerStep) / 60;
    const hint = `One step takes ${secondsPerStep.toPrecision(2)} s. Give it more time, smaller images or a smaller batch.`;
    throw new ValueError("train", "minutes", `at least ${least.toPrecision(2)}`, seconds / 60, hint);
  }
  return { ...config, totalSteps, warmupSteps: warmupFor(totalSteps) };
}

/** A tenth of the steps, at most 500. */
export function warmupFor(totalSteps: number): number {
  return Math.min(500, Math.floor(totalSteps / 10));
}
