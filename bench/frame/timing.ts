/** Two sides timed in turns, so that a busy moment of the machine hits both. */

/** One side: does the work once and says how many seconds it took, by its own clock. */
export type TimedStep = () => Promise<number>;

export interface Spread {
  readonly ours: number;
  readonly peer: number;
}

export interface Comparison {
  /** Median seconds. */
  readonly ours: number;
  readonly peer: number;
  /** peer / ours: how many times faster ours is. */
  readonly ratio: number;
  readonly runs: number;
  readonly spread: Spread;
  readonly seconds: { readonly ours: readonly number[]; readonly peer: readonly number[] };
}

/** Runs A B A B ... for `rounds` rounds after `warmup` uncounted ones. */
export async function alternate(sides: {
  readonly ours: TimedStep;
  readonly peer: TimedStep;
  readonly rounds: number;
  readonly warmup?: number;
  readonly onRound?: (round: number, ours: number, peer: number) => void;
}): Promise<Comparison> {
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = -(sides.warmup ?? 2); round < sides.rounds; round++) {
    const [a, b] = [await sides.ours(), await sides.peer()];
    if (round < 0) continue;
    ours.push(a);
    peer.push(b);
    sides.onRound?.(round, a, b);
  }
  return {
    ours: median(ours),
    peer: median(peer),
    ratio: median(peer) / median(ours),
    runs: sides.rounds,
    spread: { ours: relativeSpread(ours), peer: relativeSpread(peer) },
    seconds: { ours, peer },
  };
}

/** A `TimedStep` of a function that is not timed yet. */
export function timed(work: () => unknown): TimedStep {
  return async () => {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
  };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear interpolation between the two nearest order statistics (NumPy's default). */
export function quantile(values: readonly number[], fraction: number): number {
  if (values.length === 0) throw new RangeError("quantile: there are no values");
  const sorted = [...values].sort((a, b) => a - b);
  const position = fraction * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}

/** Interquartile range over median. */
export function relativeSpread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
}
