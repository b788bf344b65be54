/** Intervals for what is measured: an accuracy without one is half a number. */
import { type Key, Random } from "../compute/index.js";

/** A number with the 95 % interval around it. `n`: how many trials (images, or draws) it rests on. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

const NORMAL_975 = 1.959963984540054;

/**
 * An accuracy with Wilson's 95 % interval.
 *   centre = (p + z²/2n) / (1 + z²/n), half width = z √(p(1−p)/n + z²/4n²) / (1 + z²/n), z = 1.96
 * Stays inside 0..1 and is honest at 0 % and 100 %. Source: Wilson 1927. Zero trials give the interval 0..1.
 */
export function wilsonEstimate(numCorrect: number, n: number): Estimate {
  if (n === 0) return { mean: 0, low: 0, high: 1, n };
  const p = numCorrect / n;
  const zz = NORMAL_975 ** 2;
  const centre = (p + zz / (2 * n)) / (1 + zz / n);
  const half = (NORMAL_975 * Math.sqrt((p * (1 - p)) / n + zz / (4 * n * n))) / (1 + zz / n);
  return { mean: p, low: Math.max(0, centre - half), high: Math.min(1, centre + half), n };
}

/**
 * The mean of independent draws with Student's 95 % interval: mean ± t(n−1) s / √n, s with divisor n − 1.
 * One draw has no interval: low = high = mean.
 */
export function meanEstimate(draws: readonly number[]): Estimate {
  const n = draws.length;
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / n;
  if (n < 2) return { mean, low: mean, high: mean, n };
  const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / (n - 1);
  const half = studentQuantile975(n - 1) * Math.sqrt(variance / n);
  return { mean, low: mean - half, high: mean + half, n };
}

/**
 * 97.5 % quantile of Student's t. Exact for one and two degrees of freedom, else the Cornish-Fisher expansion in 1/ν to
 * order 4, within 0.5 % from 3 degrees on and 1e-5 from 10 on. Source: Abramowitz and Stegun 26.7.5.
 */
export function studentQuantile975(degreesOfFreedom: number): number {
  if (degreesOfFreedom === 1) return 12.706204736174698;
  if (degreesOfFreedom === 2) return 4.302652729749464;
  const [z, v] = [NORMAL_975, degreesOfFreedom];
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  const g4 = (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160;
  return z + g1 / v + g2 / v ** 2 + g3 / v ** 3 + g4 / v ** 4;
}

const NUM_RESAMPLES = 1000;

/**
 * A statistic of n trials with the 95 % percentile interval of 1,000 bootstrap samples: for what is no mean, such as R².
 * @param statistic of the trials at these positions, repeats included; samples where it is NaN are left out
 * Source: Efron 1979.
 */
export function bootstrapEstimate(statistic: (positions: Int32Array) => number, n: number, key: Key): Estimate {
  const random = new Random(key);
  const positions = Int32Array.from({ length: n }, (_, i) => i);
  const mean = statistic(positions);
  const draws: number[] = [];
  for (let sample = 0; sample < NUM_RESAMPLES; sample++) {
    for (let i = 0; i < n; i++) positions[i] = random.integer(n);
    const draw = statistic(positions);
    if (!Number.isNaN(draw)) draws.push(draw);
  }
  if (draws.length === 0) return { mean, low: mean, high: mean, n };
  draws.sort((a, b) => a - b);
  const quantile = (share: number) => draws[Math.round(share * (draws.length - 1))]!;
  return { mean, low: quantile(0.025), high: quantile(0.975), n };
}
