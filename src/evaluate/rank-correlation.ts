/** Rank correlation: does one score order runs as another does? */
import { type Key, Random, ShapeError, ValueError } from "../compute/index.js";

/** A rank correlation with its 95 % interval; NaN where one side does not vary. */
export interface RankCorrelation {
  readonly rho: number;
  readonly low: number;
  readonly high: number;
  /** How many pairs it rests on. */
  readonly n: number;
}

/** Fewer pairs than this have a correlation, and no interval worth printing. */
const FEWEST_FOR_INTERVAL = 4;
const NUM_RESAMPLES = 2000;

/**
 * Spearman's ρ: Pearson's correlation of ranks, ties sharing their mean rank; −1 to 1, NaN if one side is constant.
 * @throws ShapeError if the lengths differ; ValueError below two pairs or for NaN
 */
export function spearman(x: readonly number[], y: readonly number[]): number {
  if (x.length !== y.length) throw new ShapeError("spearman", "y", [x.length], [y.length]);
  if (x.length < 2) throw new ValueError("spearman", "x", "at least two values", x.length);
  return pearson(midranks("x", x), midranks("y", y));
}

/**
 * Spearman's ρ with the percentile bootstrap's 95 % interval over pairs (2,000 resamples; those in which one side is
 * constant are drawn again from the next). Below four pairs the interval is −1 to 1.
 */
export function spearmanWithInterval(x: readonly number[], y: readonly number[], key: Key): RankCorrelation {
  const n = x.length;
  const rho = spearman(x, y);
  if (Number.isNaN(rho)) return { rho, low: Number.NaN, high: Number.NaN, n };
  if (n < FEWEST_FOR_INTERVAL) return { rho, low: -1, high: 1, n };
  const random = new Random(key);
  const resampled: number[] = [];
  while (resampled.length < NUM_RESAMPLES) {
    const rows = Array.from({ length: n }, () => random.integer(n));
    const drawn = spearman(
      rows.map((row) => x[row]!),
      rows.map((row) => y[row]!),
    );
    if (!Number.isNaN(drawn)) resampled.push(drawn);
  }
  resampled.sort((a, b) => a - b);
  return { rho, low: quantile(resampled, 0.025), high: quantile(resampled, 0.975), n };
}

/** Ranks from 1; equal values share the mean of their ranks. */
export function midranks(argument: string, values: readonly number[]): number[] {
  const at = values.findIndex((value) => Number.isNaN(value));
  if (at >= 0) throw new ValueError("midranks", argument, "free of NaN", `NaN at ${at}`, "Leave out runs that failed.");
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const ranks = new Array<number>(values.length);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2;
  }
  return ranks;
}

function pearson(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (const [i, value] of x.entries()) {
    const [dx, dy] = [value - meanX, y[i]! - meanY];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : Number.NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Linear interpolation between order statistics of sorted values. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return sorted[below]! + (at - below) * (above - sorted[below]!);
}
