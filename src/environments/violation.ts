/** Violations of expectation: pairs of episodes that are alike until, in one of them, something impossible happens. */
import type { Random } from "../compute/random.js";
import type { Episode, World } from "./environment.js";

/** Two episodes of the same length. Who has learnt the world's rules is more surprised by the second. */
export interface ViolationPair<S = unknown> {
  /** By the world's rules from its first state to its last. */
  readonly possible: Episode<S>;
  /** Each of its states is one that the world knows: they render and have factors. Only their order is against the rules. */
  readonly impossible: Episode<S>;
  /** First step whose pictures differ; all before it are equal, byte for byte. */
  readonly at: number;
}

/** One way of breaking the rules. */
export interface Violation<S = unknown> {
  /** In words: what happens, and how its pairs are matched. */
  readonly doc: string;
  /** Whether it breaks no rule of motion: surprise about it is neither right nor wrong. */
  readonly isControl: boolean;
  /**
   * Draw a pair; it always finds one.
   * @param numSteps of either episode, so that each has one state more
   * @throws ValueError for fewer steps than a pair needs
   */
  drawPair(random: Random, numSteps: number): ViolationPair<S>;
}

/** A world that can also do what it never does. */
export interface ViolationWorld<S = unknown> extends World<S> {
  readonly violations: Readonly<Record<string, Violation<S>>>;
  /**
   * Violations whose pairs, drawn from the same random numbers, make quadruplets: what always surprises has all of one and
   * none of the other, so that only their average says something.
   */
  readonly couples?: readonly (readonly [string, string])[];
}

/** Whether there are matched pairs to be surprised by. */
export function hasViolations<S>(world: World<S>): world is ViolationWorld<S> {
  return "violations" in world;
}
