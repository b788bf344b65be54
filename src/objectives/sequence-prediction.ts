/** What a predictor says of a clip, beside the states that were encoded from it. */
import { ShapeError, type Tensor } from "../compute/index.js";

export interface SequencePrediction {
  /** States that were seen; the first predicted one is of observation `contextLength`. */
  readonly contextLength: number;
  /** What each future says: K lists of T − contextLength states [B, D]. */
  readonly futures: readonly (readonly Tensor[])[];
  /** How likely each is, from what was seen alone: logits [B, K]; absent where there is one. */
  readonly prior?: Tensor;
  /** What was done between observations, T − 1 of [B, A], and what was guessed from the states on both sides. */
  readonly actions?: readonly Tensor[];
  readonly guessedActions?: readonly Tensor[];
}

/**
 * Check at the door that every future has a state for every observation that was not seen.
 * @throws ShapeError naming the future
 */
export function checkSequence(
  operation: string,
  states: readonly Tensor[],
  sequence: SequencePrediction | undefined,
): SequencePrediction {
  if (sequence === undefined || sequence.futures.length === 0) {
    throw new ShapeError(operation, "sequence", "at least 1 future", [0], "It is for clips: the head predicts them.");
  }
  const numPredicted = states.length - sequence.contextLength;
  for (const [k, future] of sequence.futures.entries()) {
    if (future.length === numPredicted && numPredicted >= 1) continue;
    const expected = `at least 1 state, one for each of the ${numPredicted} that were not seen`;
    throw new ShapeError(operation, `sequence.futures[${k}]`, expected, [future.length]);
  }
  return sequence;
}
