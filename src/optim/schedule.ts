/** Schedules are functions of the step, so a resume replays nothing. */
import { ValueError } from "../compute/index.js";

export type Schedule = (step: number) => number;

export interface WarmupCosineOptions {
  readonly peak: number;
  /** Steps of linear rise; the first step already has peak / warmupSteps. */
  readonly warmupSteps: number;
  readonly totalSteps: number;
  /** Value at totalSteps and after. */
  readonly final?: number;
}

/**
 * Linear rise to the peak, then half a cosine down to the final value.
 *   step < warmupSteps: peak (step + 1) / warmupSteps
 *   else: final + (peak − final) ½ (1 + cos π p), p = (step − warmupSteps) / (totalSteps − warmupSteps), at most 1
 * @throws ValueError unless 0 <= warmupSteps < totalSteps
 * Source: Loshchilov and Hutter 2017, arXiv:1608.03983, without restarts.
 */
export function warmupCosine(options: WarmupCosineOptions): Schedule {
  const { peak, warmupSteps, totalSteps, final = 0 } = options;
  if (!(warmupSteps >= 0 && warmupSteps < totalSteps)) {
    throw new ValueError("warmupCosine", "warmupSteps", `at least 0 and below totalSteps = ${totalSteps}`, warmupSteps);
  }
  return (step) => {
    if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
    const progress = Math.min(1, (step - warmupSteps) / (totalSteps - warmupSteps));
    return final + (peak - final) * 0.5 * (1 + Math.cos(Math.PI * progress));
  };
}

/** The same value at every step. */
export function constant(value: number): Schedule {
  return () => value;
}
