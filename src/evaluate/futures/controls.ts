/** What must lose: each control takes the trials of a predictor and returns them with other futures. */
import { type Key, Random, ValueError } from "../../compute/index.js";
import { equallyLikely, type FutureTrial, type Possibility, requireCount, requireTrials } from "./trial.js";

/**
 * The deterministic twin that squared error would make of a predictor: the mean of its futures alone. A twin that was
 * trained may be better, and should be measured too.
 */
export function meanFuture(trials: readonly FutureTrial[]): FutureTrial[] {
  requireTrials("meanFuture", trials);
  return trials.map((trial) => ({ ...trial, futures: [{ position: meanOf(trial.futures), probability: 1 }] }));
}

/** z = 0: the first future alone, in the order in which they were given. It may be near one mode, never at both. */
export function firstFuture(trials: readonly FutureTrial[]): FutureTrial[] {
  requireTrials("firstFuture", trials);
  return trials.map((trial) => ({ ...trial, futures: [{ ...trial.futures[0]!, probability: 1 }] }));
}

/**
 * Each trial with the futures that the codes of another one gave, never its own: a predictor whose futures have nothing
 * to do with the place scores the same as before.
 * @throws ValueError for fewer than two trials
 */
export function shuffledFutures(trials: readonly FutureTrial[], key: Key): FutureTrial[] {
  requireTrials("shuffledFutures", trials);
  if (trials.length < 2) throw new ValueError("shuffledFutures", "trials", "at least two trials", trials.length);
  const order = new Random(key).permutation(trials.length);
  const shuffled = [...trials];
  // One cycle through all trials: none keeps its own.
  for (const [i, at] of order.entries()) {
    const from = order[(i + 1) % order.length]!;
    shuffled[at] = { ...trials[at]!, futures: trials[from]!.futures };
  }
  return shuffled;
}

/**
 * Samples of one wide Gaussian with the mean and the covariance of a trial's futures. With enough samples it wins
 * best-of-k against predictors that know the branches; its spurious rate gives it away.
 *   x = x̄ + Σ_i √p_i g_i (x_i − x̄), g_i standard normal: Cov x = Σ_i p_i (x_i − x̄)(x_i − x̄)ᵀ, of any rank
 */
export function gaussianFutures(trials: readonly FutureTrial[], numSamples: number, key: Key): FutureTrial[] {
  requireTrials("gaussianFutures", trials);
  requireCount("gaussianFutures", "numSamples", numSamples);
  const random = new Random(key);
  return trials.map((trial) => {
    const mean = meanOf(trial.futures);
    const draw = () => {
      const position = [...mean];
      for (const future of trial.futures) {
        const weight = Math.sqrt(future.probability) * random.normal();
        for (const [d, value] of future.position.entries()) position[d]! += weight * (value - mean[d]!);
      }
      return position;
    };
    return { ...trial, futures: equallyLikely(Array.from({ length: numSamples }, draw)) };
  });
}

/** Futures drawn by their probabilities instead of enumerated: what a predictor gives that cannot list its codes. */
export function sampledFutures(trials: readonly FutureTrial[], numSamples: number, key: Key): FutureTrial[] {
  requireTrials("sampledFutures", trials);
  requireCount("sampledFutures", "numSamples", numSamples);
  const random = new Random(key);
  return trials.map((trial) => ({
    ...trial,
    futures: equallyLikely(Array.from({ length: numSamples }, () => drawOne(trial.futures, random).position)),
  }));
}

function drawOne(futures: readonly Possibility[], random: Random): Possibility {
  let left = random.uniform();
  for (const future of futures) {
    left -= future.probability;
    if (left < 0) return future;
  }
  // The probabilities sum to a little less than 1: the draw belongs to the last that has any.
  return futures.findLast(({ probability }) => probability > 0)!;
}

function meanOf(futures: readonly Possibility[]): number[] {
  return futures[0]!.position.map((_, d) =>
    futures.reduce((sum, { position, probability }) => sum + probability * position[d]!, 0),
  );
}
