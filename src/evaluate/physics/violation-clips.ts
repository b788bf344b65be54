/** Pairs from a world that can break its rules, as clips; and anybody's surprise at them. */
import { childKey, type Key, Random } from "../../compute/index.js";
import type { Episode } from "../../environments/index.js";
import type { ViolationWorld } from "../../environments/violation.js";
import type { SurpriseOfFrames } from "./baselines.js";
import type { ViolationSurprise } from "./surprise.js";

/** The frames of a pair. */
export interface ViolationClip {
  readonly violation: string;
  readonly isControl: boolean;
  readonly possible: readonly Uint8Array[];
  readonly impossible: readonly Uint8Array[];
  /** First frame that differs. */
  readonly at: number;
}

export interface ClipDraws {
  /** Of each violation. */
  readonly numPairs: number;
  /** Of an episode, which has one frame more. */
  readonly numSteps: number;
  readonly key: Key;
}

/**
 * Pairs of every violation of a world, one after the other, so that they need not fit into memory together. Pair i of each
 * violation has the same random numbers: those that make quadruplets with each other do so here.
 */
export function* violationClips<S>(
  world: ViolationWorld<S>,
  { numPairs, numSteps, key }: ClipDraws,
): Generator<ViolationClip> {
  const framesOf = ({ states }: Episode<S>) => states.map((state) => world.render(state));
  for (const [name, violation] of Object.entries(world.violations)) {
    const { isControl } = violation;
    for (let i = 0; i < numPairs; i++) {
      const { possible, impossible, at } = violation.drawPair(new Random(childKey(key, "pair", i)), numSteps);
      yield { violation: name, isControl, possible: framesOf(possible), impossible: framesOf(impossible), at };
    }
  }
}

/** One subject's surprise at all clips, by violation. */
export function surpriseAt(clips: Iterable<ViolationClip>, surpriseOf: SurpriseOfFrames): ViolationSurprise[] {
  return surprisesAt(clips, { only: surpriseOf }).only;
}

/** Several subjects' surprise at the same clips, which are drawn once. */
export function surprisesAt<Name extends string>(
  clips: Iterable<ViolationClip>,
  subjects: Readonly<Record<Name, SurpriseOfFrames>>,
): Record<Name, ViolationSurprise[]> {
  const names = Object.keys(subjects) as Name[];
  const classes = new Map<string, { isControl: boolean; pairs: Record<Name, ViolationSurprise["pairs"][number][]> }>();
  for (const { violation, isControl, possible, impossible } of clips) {
    const known = classes.get(violation) ?? { isControl, pairs: recordOf(names, () => []) };
    classes.set(violation, known);
    for (const name of names) {
      known.pairs[name].push({ possible: subjects[name](possible), impossible: subjects[name](impossible) });
    }
  }
  return recordOf(names, (name) =>
    [...classes].map(([violation, { isControl, pairs }]) => ({ name: violation, isControl, pairs: pairs[name] })),
  );
}

function recordOf<Name extends string, V>(names: readonly Name[], entryOf: (name: Name) => V): Record<Name, V> {
  return Object.fromEntries(names.map((name) => [name, entryOf(name)])) as Record<Name, V>;
}
