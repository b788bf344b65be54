/** Is the impossible more surprising? Three answers: against its own pair, against a threshold, against everything. */
import type { Key } from "../../compute/index.js";
import { areaUnderRocEstimate } from "../area-under-roc.js";
import { type Estimate, wilsonEstimate } from "../intervals.js";

/** The surprise of both episodes of a pair, each as one number. */
export interface PairScore {
  readonly possible: number;
  readonly impossible: number;
}

/** Chance is .5 in all of them. */
export interface ViolationScores {
  /** Relative accuracy: share of pairs in which the impossible episode surprises more, equal surprise counting half. */
  readonly pairwise: Estimate;
  /**
   * Share of episodes told rightly by the threshold: impossible above it, possible up to it. One in ten possible ones lies
   * above, so .95 is the most to expect. Undefined without held-out episodes.
   */
  readonly absolute: Estimate | undefined;
  /** Chance that an impossible episode surprises more than a possible one, of whichever pairs. */
  readonly auroc: Estimate;
}

const HELD_OUT_QUANTILE = 0.9;

/**
 * The surprise that one in ten held-out possible episodes exceeds: linear between order statistics.
 * @param scores at least one
 */
export function surpriseThreshold(scores: readonly number[]): number {
  const sorted = scores.toSorted((a, b) => a - b);
  const at = HELD_OUT_QUANTILE * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (at % 1) * (sorted[Math.ceil(at)]! - below);
}

/**
 * Scores over groups of pairs. A group is what is drawn together, and counts as one trial: a single pair, or the two pairs
 * of a quadruplet. Wilson's interval for shares, with a group's mean as its outcome: as that varies less than a yes or no,
 * the interval is wide enough. The bootstrap's over groups for the area.
 */
export function scoreGroups(
  groups: readonly (readonly PairScore[])[],
  threshold: number | undefined,
  key: Key,
): ViolationScores {
  const shareOf = (outcomeOf: (pair: PairScore) => number): Estimate =>
    wilsonEstimate(
      groups.reduce((sum, pairs) => sum + pairs.reduce((total, pair) => total + outcomeOf(pair), 0) / pairs.length, 0),
      groups.length,
    );
  const isTold = (limit: number) => (pair: PairScore) =>
    (Number(pair.impossible > limit) + Number(pair.possible <= limit)) / 2;
  return {
    pairwise: shareOf(({ possible, impossible }) => (Math.sign(impossible - possible) + 1) / 2),
    absolute: threshold === undefined ? undefined : shareOf(isTold(threshold)),
    auroc: areaUnderRocEstimate(
      groups.map((pairs) => ({
        negatives: pairs.map(({ possible }) => possible),
        positives: pairs.map(({ impossible }) => impossible),
      })),
      key,
    ),
  };
}

/** Whether .5 lies within the interval: nothing was told apart. */
export function isAtChance({ low, high }: Estimate): boolean {
  return low <= 0.5 && high >= 0.5;
}
