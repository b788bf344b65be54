/** Violation of expectation, class by class. After IntPhys (Riochet et al. 2018, arXiv:1803.07616). */
import { childKey, type Key, lookUp, ValueError } from "../../compute/index.js";
import { type PairScore, scoreGroups, surpriseThreshold, type ViolationScores } from "./scores.js";
import {
  type PairSurprise,
  type Reduction,
  requirePairs,
  requireSteps,
  surpriseReductions,
  type ViolationSurprise,
} from "./surprise.js";

export interface PhysicsOptions {
  readonly key: Key;
  /** Surprise at possible episodes of their own draws, for the threshold of absolute accuracy. */
  readonly heldOut?: readonly (readonly number[])[];
  /**
   * Names of classes that are halves of quadruplets, their pairs in the same order: `vanish` with `appear`. Who is always
   * surprised by a ball has all of one and none of the other, so only their average says something. The average by the
   * mean, that is: by its largest change alone, pixel difference is at 64 % of the occluder's 120 pairs of these two, since
   * the largest change of `vanish` often comes before its ball is gone, and is then equal in both episodes.
   */
  readonly couples?: readonly (readonly [string, string])[];
}

export interface PhysicsRow {
  /** The class, or both of a couple: "vanish + appear". */
  readonly name: string;
  readonly kind: "class" | "couple" | "control" | "all";
  readonly numPairs: number;
  readonly scores: Readonly<Record<Reduction, ViolationScores>>;
}

export interface PhysicsReport {
  /** Classes in the order given, couples, all violations together, controls. */
  readonly rows: readonly PhysicsRow[];
  readonly numHeldOut: number;
}

/**
 * Score somebody's surprise at matched pairs. The pairs of all classes but the controls make the row "all violations";
 * couples have a row of their own beside those of their halves.
 * @throws ValueError for pairs that cannot be scored, couples of unequal numbers of pairs, and two classes of one name
 */
export function physicsReport(classes: readonly ViolationSurprise[], options: PhysicsOptions): PhysicsReport {
  const { key, heldOut = [], couples = [] } = options;
  for (const one of classes) requirePairs("physicsReport", one);
  for (const [i, steps] of heldOut.entries()) requireSteps("physicsReport", `heldOut[${i}]`, steps);
  const violations = classes.filter(({ isControl }) => !isControl);
  if (violations.length === 0) throw new ValueError("physicsReport", "classes", "violations, some of them at least", 0);
  const byName = Object.fromEntries(classes.map((one) => [one.name, one]));
  if (Object.keys(byName).length < classes.length) {
    const names = classes.map(({ name }) => name);
    throw new ValueError("physicsReport", "classes", "of different names", names);
  }
  const rowOf = (name: string, kind: PhysicsRow["kind"], groups: readonly (readonly PairSurprise[])[]): PhysicsRow => ({
    name,
    kind,
    numPairs: groups.reduce((sum, pairs) => sum + pairs.length, 0),
    scores: {
      mean: scoresBy("mean", groups, heldOut, childKey(key, name)),
      max: scoresBy("max", groups, heldOut, childKey(key, name)),
    },
  });
  const alone = ({ pairs }: ViolationSurprise) => pairs.map((pair) => [pair]);
  const rows = [
    ...violations.map((one) => rowOf(one.name, "class", alone(one))),
    ...couples.map((names) => {
      const halves = names.map((name) => lookUp("physicsReport", "class", byName, name));
      return rowOf(names.join(" + "), "couple", quadruplets(halves[0]!, halves[1]!));
    }),
    rowOf("all violations", "all", violations.flatMap(alone)),
    ...classes.filter(({ isControl }) => isControl).map((one) => rowOf(one.name, "control", alone(one))),
  ];
  return { rows, numHeldOut: heldOut.length };
}

function scoresBy(
  reduction: Reduction,
  groups: readonly (readonly PairSurprise[])[],
  heldOut: readonly (readonly number[])[],
  key: Key,
): ViolationScores {
  const reduce = surpriseReductions[reduction];
  const threshold = heldOut.length === 0 ? undefined : surpriseThreshold(heldOut.map(reduce));
  const scored = groups.map((pairs) =>
    pairs.map(
      ({ possible, impossible }): PairScore => ({ possible: reduce(possible), impossible: reduce(impossible) }),
    ),
  );
  return scoreGroups(scored, threshold, key);
}

function quadruplets(first: ViolationSurprise, second: ViolationSurprise): PairSurprise[][] {
  if (first.pairs.length !== second.pairs.length) {
    const expected = `as many as of ${first.name}, ${first.pairs.length}`;
    throw new ValueError("physicsReport", `${second.name}.pairs`, expected, second.pairs.length);
  }
  return first.pairs.map((pair, i) => [pair, second.pairs[i]!]);
}
