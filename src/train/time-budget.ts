/** Fitting a schedule to a time: measure the first steps, then choose how many there will be. */
import type { ImageSet } from "../data/index.js";
import type { TrainConfig } from "./config.js";
import { train } from "./loop.js";
import { createTrainer } from "./trainer.js";

export interface StepMeasurement {
  readonly secondsPerStep: number;
  readonly imagesPerSecond: number;
  /** Bytes the engine needs at most, where it knows. */
  readonly peakBytes: number | undefined;
  /** Time the measurement itself took. */
  readonly secondsSpent: number;
}

const WARM_UP_STEPS = 2;
const MEASURED_SECONDS = 4;
const MEASURED_STEPS = 40;

/** Run the first steps of a config on a state that is thrown away, and time them (median). */
export async function measureSteps(config: TrainConfig, set: ImageSet): Promise<StepMeasurement> {
  const started = performance.now();
  const trainer = await createTrainer({ ...config, totalSteps: MEASURED_STEPS + WARM_UP_STEPS, warmupSteps: 0 }, set);
  try {
    const times: number[] = [];
    const measuring = performance.now();
    for await (const { step, seconds } of train(trainer, trainer.initial)) {
      if (step > WARM_UP_STEPS) times.push(seconds);
      const spent = (performance.now() - measuring) / 1000;
      if (times.length >= 3 && spent > MEASURED_SECONDS) break;
    }
    times.sort((a, b) => a - b);
    const secondsPerStep = times[times.length >> 1]!;
    const imagesPerSecond = config.batchSize / secondsPerStep;
    const secondsSpent = (performance.now() - started) / 1000;
    return { secondsPerStep, imagesPerSecond, peakBytes: trainer.peakBytes, secondsSpent };
  } finally {
    await trainer.close();
  }
}

/** The config with as many steps as fit, and a warm-up in proportion. */
export function fitToSeconds(config: TrainConfig, seconds: number, secondsPerStep: number): TrainConfig {
  const totalSteps = Math.max(2, Math.floor(seconds / secondsPerStep));
  return { ...config, totalSteps, warmupSteps: warmupFor(totalSteps) };
}

/** A tenth of the steps, at most 500. */
export function warmupFor(totalSteps: number): number {
  return Math.min(500, Math.floor(totalSteps / 10));
}
