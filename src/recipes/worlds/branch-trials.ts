/** Moments before something branches, with all that may follow, and moments where nothing does. */
import { childKey, DarkmatterError, type Key, Random } from "../../compute/index.js";
import type { BranchingWorld, Future } from "../../environments/index.js";

export interface BranchMoment<S> {
  /** What was seen, `contextLength` states, the last one now. */
  readonly context: readonly S[];
  /** What may follow; its order is the same in every trial: by position, right before left. */
  readonly futures: readonly Future<S>[];
  /** What did follow, by chance. */
  readonly outcome: readonly S[];
}

export interface BranchOptions {
  /** Moments that branch; about as many that do not. */
  readonly count: number;
  readonly contextLength: number;
  /** World steps from one state of the context to the next, and of the future. */
  readonly frameStride: number;
  /** States that follow. */
  readonly horizon: number;
  /** Modes that are closer at the end than twice this could be mistaken for each other: such moments are left out. */
  readonly threshold: number;
  readonly key: Key;
}

const MOST_EPISODES = 200;

/**
 * @throws DarkmatterError if too few moments branch within the horizon
 */
export function drawBranchMoments<S>(world: BranchingWorld<S>, options: BranchOptions): BranchMoment<S>[] {
  const { count, contextLength, frameStride, horizon, key } = options;
  const nothing = Array<number>(world.actionDim).fill(0);
  const numBefore = (contextLength - 1) * frameStride;
  const numAfter = horizon * frameStride;
  const [branching, straight]: [BranchMoment<S>[], BranchMoment<S>[]] = [[], []];
  for (let episode = 0; branching.length < count; episode++) {
    if (episode >= MOST_EPISODES * count) {
      throw new DarkmatterError(
        `futures: only ${branching.length} of ${count} moments branch within ${numAfter} steps. A longer horizon (longer clips) shows more.`,
      );
    }
    const random = new Random(childKey(key, episode));
    const states = [world.reset(random)];
    const numSteps = numBefore + random.integer(LONGEST_LEAD);
    for (let step = 0; step < numSteps; step++) states.push(world.step(states.at(-1)!, nothing, random));
    const ahead = Array<readonly number[]>(numAfter).fill(nothing);
    const every = <T>(items: readonly T[]) => items.filter((_, i) => i % frameStride === frameStride - 1);
    const futures = inOrder(world, world.futures(states.at(-1)!, ahead)).map(({ probability, states: after }) => ({
      probability,
      states: every(after),
    }));
    const outcome: S[] = [];
    for (const action of ahead) outcome.push(world.step(outcome.at(-1) ?? states.at(-1)!, action, random));
    const context = states.slice(states.length - 1 - numBefore).filter((_, i) => i % frameStride === 0);
    const moment = { context, futures, outcome: every(outcome) };
    if (futures.length > 1) {
      if (areApart(world, futures, options.threshold)) branching.push(moment);
    } else if (straight.length < count) straight.push(moment);
  }
  return [...branching, ...straight];
}

/** An episode is let run for so many steps at most before the moment. */
const LONGEST_LEAD = 24;

function inOrder<S>(world: BranchingWorld<S>, futures: readonly Future<S>[]): readonly Future<S>[] {
  const placeOf = ({ states }: Future<S>) => world.factors(states.at(-1)!).x ?? 0;
  return futures.toSorted((a, b) => placeOf(b) - placeOf(a));
}

function areApart<S>(world: BranchingWorld<S>, futures: readonly Future<S>[], threshold: number): boolean {
  const ends = futures.map(({ states }) => world.factors(states.at(-1)!));
  return ends.every((a, i) => ends.slice(i + 1).every((b) => Math.hypot(a.x! - b.x!, a.y! - b.y!) > 2 * threshold));
}
