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

export interface BetweenOptions {
  readonly from: number;
  readonly to: number;
  /** The step at which `to` is reached; it stays there after. */
  readonly totalSteps: number;
}

/**
 * Half a cosine from one value to another: to − (to − from) ½ (1 + cos π p), p = step / totalSteps, at most 1.
 * For decays of averages (BYOL's .996 to 1) and for weight decay (DINO's .04 to .4).
 * @throws ValueError unless totalSteps is a positive finite number
 */
export function cosineBetween({ from, to, totalSteps }: BetweenOptions): Schedule {
  checkLength("cosineBetween", totalSteps);
  return (step) => to - (to - from) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, step / totalSteps)));
}

/**
 * A straight line from one value to another, which stays there after: I-JEPA's average, DINO's teacher temperature.
 * @throws ValueError unless totalSteps is a positive finite number
 */
export function linearBetween({ from, to, totalSteps }: BetweenOptions): Schedule {
  checkLength("linearBetween", totalSteps);
  return (step) => from + (to - from) * Math.min(1, step / totalSteps);
}

/** One value before a step, another from it on. */
export function stepAt(atStep: number, before: number, after: number): Schedule {
  return (step) => (step < atStep ? before : after);
}

/** The same value at every step. */
export function constant(value: number): Schedule {
  return () => value;
}

function checkLength(operation: string, totalSteps: number): void {
  if (totalSteps > 0 && Number.isFinite(totalSteps)) return;
  throw new ValueError(operation, "totalSteps", "a positive number of steps", totalSteps);
}
