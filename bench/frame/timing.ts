/** Sides timed in turns, so that a busy moment of the machine hits all of them. */

/** One side: does the work once and says how many seconds it took, by its own clock. */
export type TimedStep = () => Promise<number>;

/** A turn lasts until so many seconds of steps were counted. */
export const TURN_SECONDS = 2;
/** Threads of the side before still spin for a moment, as OpenMP's do: they shall not cost the next one its cores. */
const PAUSE_MILLISECONDS = 250;

/**
 * What a step takes in the middle of a training: after a pause one step that is not counted, to find the caches as
 * training leaves them, then steps for two seconds. Their median. A side whose step alone takes that long makes one.
 */
export function turnOf(step: TimedStep): TimedStep {
  let last = 0;
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    if (last < TURN_SECONDS) await step();
    const seconds: number[] = [];
    do {
      last = await step();
      seconds.push(last);
    } while (seconds.reduce((a, b) => a + b) < TURN_SECONDS);
    return median(seconds);
  };
}

export interface Spread {
  readonly ours: number;
  readonly peer: number;
}

export interface Comparison {
  /** Median seconds. */
  readonly ours: number;
  readonly peer: number;
  /** Median over the rounds of peer / ours: how many times faster ours is. */
  readonly ratio: number;
  readonly runs: number;
  /** Interquartile range over median. */
  readonly spread: Spread;
}

export interface Contender {
  readonly step: TimedStep;
  /** A slow peer sits out after this many. */
  readonly rounds: number;
}

/**
 * Runs ours and then each peer, round by round: A B C A B C ...; a peer with fewer rounds leaves earlier.
 * @returns one comparison a peer, of its rounds and ours in the same rounds
 */
export async function takeTurns<Name extends string>(sides: {
  readonly ours: TimedStep;
  readonly peers: Readonly<Record<Name, Contender>>;
  readonly onRound?: (round: number, seconds: Readonly<Record<string, number>>) => void;
}): Promise<Record<Name, Comparison>> {
  const peers = Object.entries(sides.peers) as [Name, Contender][];
  const ours: number[] = [];
  const theirs = Object.fromEntries(peers.map(([name]) => [name, []])) as unknown as Record<Name, number[]>;
  const numRounds = Math.max(0, ...peers.map(([, { rounds }]) => rounds));
  for (let round = 0; round < numRounds; round++) {
    const seconds: Record<string, number> = { ours: await sides.ours() };
    ours.push(seconds.ours!);
    for (const [name, { step, rounds }] of peers) {
      if (round >= rounds) continue;
      seconds[name] = await step();
      theirs[name].push(seconds[name]);
    }
    sides.onRound?.(round, seconds);
  }
  return mapValues(theirs, (seconds) => compare(ours.slice(0, seconds.length), seconds));
}

/** Two lists of seconds, paired by round. */
export function compare(ours: readonly number[], peer: readonly number[]): Comparison {
  return {
    ours: median(ours),
    peer: median(peer),
    ratio: median(peer.map((seconds, i) => seconds / ours[i]!)),
    runs: peer.length,
    spread: { ours: relativeSpread(ours), peer: relativeSpread(peer) },
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

function mapValues<K extends string, A, B>(record: Record<K, A>, change: (value: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries<A>(record).map(([key, value]) => [key, change(value)])) as Record<K, B>;
}
