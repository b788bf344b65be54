/** Best-of-k error: how near the nearest of a few guesses comes. Alone it proves nothing, as blur wins it with many guesses. */
import { type Key, ValueError } from "../../compute/index.js";
import type { Estimate } from "../intervals.js";
import { bootstrapMean, bootstrapRatio } from "./bootstrap-mean.js";
import { distance, type FutureTrial, likeliest, requireCount, requireTrials } from "./trial.js";

/**
 * Distance from the outcome to the nearest of the k likeliest futures, in the unit of positions: of codes the k with the
 * highest prior, of samples the first k. A trial with fewer futures than k uses all.
 */
export function bestOfErrors(trials: readonly FutureTrial[], k: number): number[] {
  requireTrials("bestOfErrors", trials);
  requireCount("bestOfErrors", "k", k);
  return trials.map((trial) =>
    Math.min(...likeliest(trial, k).map(({ position }) => distance(position, trial.outcome))),
  );
}

/** Mean of `bestOfErrors`, with the bootstrap's interval over trials. */
export function bestOfError(trials: readonly FutureTrial[], k: number, key: Key): Estimate {
  return bootstrapMean(bestOfErrors(trials, k), key);
}

/**
 * Best-of-k error over the error of a deterministic twin: 1 for a blur, near noise over half the distance of the branches
 * for a predictor that knows them.
 * @param twin the same trials with the twin's one future each (`meanFuture`, or a trained one)
 * @throws ValueError if the twin has other outcomes
 */
export function ratioToTwin(
  trials: readonly FutureTrial[],
  twin: readonly FutureTrial[],
  k: number,
  key: Key,
): Estimate {
  const errors = bestOfErrors(trials, k);
  const twinErrors = bestOfErrors(twin, 1);
  const isOfSame = (i: number) => distance(trials[i]!.outcome, twin[i]!.outcome) === 0;
  if (trials.length !== twin.length || !trials.every((_, i) => isOfSame(i))) {
    throw new ValueError("ratioToTwin", "twin", "of the same trials, with the same outcomes", "others");
  }
  return bootstrapRatio(errors, twinErrors, key);
}
