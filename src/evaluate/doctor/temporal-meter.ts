/** The meter of sequences: does anything change from one time step to the next? */
import { ShapeError } from "../../compute/index.js";

/** Projections or features of sequences, [B, T, D], time step after time step. */
export interface SequenceFeatures {
  readonly numSequences: number;
  readonly numSteps: number;
  readonly dim: number;
  readonly values: Float32Array;
}

/** A type, not an interface, so that it is a `Tree` of numbers by structure. */
export type TemporalMeters = {
  /** Standard deviation over time within a sequence, as a share of that over sequences: 0 when time stands still. */
  readonly stdRatio: number;
};

/**
 * How much of what varies varies in time.
 *   stdRatio = √(mean_{b,d} var_t z_{btd} / mean_d var_b z̄_{bd}),   z̄ = mean over t; variances divide by T − 1 and B − 1
 * Independent steps give √T; one constant vector for each sequence 0; one for everything NaN / 0 as 0.
 * @throws ShapeError below two sequences of two steps
 */
export function readTemporalMeters({ numSequences, numSteps, dim, values }: SequenceFeatures): TemporalMeters {
  if (numSequences < 2 || numSteps < 2 || values.length !== numSequences * numSteps * dim) {
    const got = [numSequences, numSteps, values.length / (numSequences * numSteps)];
    throw new ShapeError("readTemporalMeters", "sequences", ["B >= 2", "T >= 2", dim], got);
  }
  let [within, between] = [0, 0];
  for (let d = 0; d < dim; d++) {
    const means: number[] = [];
    for (let b = 0; b < numSequences; b++) {
      const track = Array.from({ length: numSteps }, (_, t) => values[(b * numSteps + t) * dim + d]!);
      within += variance(track) / numSequences;
      means.push(meanOf(track));
    }
    between += variance(means);
  }
  return { stdRatio: within === 0 ? 0 : Math.sqrt(within / between) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Divisor n − 1. */
function variance(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
