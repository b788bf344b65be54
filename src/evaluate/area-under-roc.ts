/** Area under the ROC curve: does one kind of thing score higher than the other? */
import { type Key, ValueError } from "../compute/index.js";
import { bootstrapEstimate, type Estimate } from "./intervals.js";

/** Scores of both kinds from one trial. What was drawn together stays together when trials are drawn again. */
export interface RocTrial {
  readonly negatives: readonly number[];
  readonly positives: readonly number[];
}

/**
 * Chance that a positive scores higher than a negative, equal scores counting half: 1 is a perfect order, .5 none, 0 the
 * reverse. The same as Mann and Whitney's U over the number of comparisons.
 * @throws ValueError if one kind is missing, or for NaN
 */
export function areaUnderRoc(negatives: readonly number[], positives: readonly number[]): number {
  const items = sortedItems("areaUnderRoc", [{ negatives, positives }]);
  return areaOf(items, Int32Array.of(1));
}

/**
 * The area over the scores of all trials, with the bootstrap's 95 % interval over trials.
 * @throws ValueError if one kind is missing in all trials, or for NaN
 */
export function areaUnderRocEstimate(trials: readonly RocTrial[], key: Key): Estimate {
  const items = sortedItems("areaUnderRocEstimate", trials);
  const counts = new Int32Array(trials.length);
  const statistic = (positions: Int32Array): number => {
    counts.fill(0);
    for (const position of positions) counts[position]!++;
    return areaOf(items, counts);
  };
  return bootstrapEstimate(statistic, trials.length, key);
}

interface Item {
  readonly score: number;
  readonly isPositive: boolean;
  readonly trial: number;
}

/** Sorted once: a bootstrap sample only changes how often an item counts. */
function sortedItems(operation: string, trials: readonly RocTrial[]): Item[] {
  const items = trials.flatMap(({ negatives, positives }, trial) => [
    ...negatives.map((score): Item => ({ score, isPositive: false, trial })),
    ...positives.map((score): Item => ({ score, isPositive: true, trial })),
  ]);
  for (const kind of ["negatives", "positives"] as const) {
    const ofKind = items.filter(({ isPositive }) => isPositive === (kind === "positives"));
    if (ofKind.length === 0) throw new ValueError(operation, kind, "at least one score", 0);
    if (ofKind.some(({ score }) => Number.isNaN(score)))
      throw new ValueError(operation, kind, "free of NaN", Number.NaN);
  }
  return items.sort((a, b) => a.score - b.score);
}

/** NaN where the counts leave one kind out. */
function areaOf(items: readonly Item[], countOf: Int32Array): number {
  let [numNegatives, numPositives, wins] = [0, 0, 0];
  for (let at = 0; at < items.length; ) {
    const { score } = items[at]!;
    let [negativesHere, positivesHere] = [0, 0];
    for (; at < items.length && items[at]!.score === score; at++) {
      const { isPositive, trial } = items[at]!;
      if (isPositive) positivesHere += countOf[trial]!;
      else negativesHere += countOf[trial]!;
    }
    wins += positivesHere * (numNegatives + negativesHere / 2);
    numNegatives += negativesHere;
    numPositives += positivesHere;
  }
  return wins / (numNegatives * numPositives);
}
