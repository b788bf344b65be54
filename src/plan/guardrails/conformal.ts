/** Limits that hold with a promised chance. Source: split conformal prediction, Vovk et al. 2005; arXiv:2107.07511. */
import { ValueError } from "../../compute/errors.js";

/** (n + 1) α up to rounding: 10 · 0.7 is 7. */
const ROUNDING = 1e-9;

/**
 * A threshold that a new score exceeds with a chance of at most α, whatever the scores' distribution, as long as the new
 * one is exchangeable with those it was calibrated on (drawn alike, and not used to fit what gives the scores).
 *   threshold = the ⌈(n + 1)(1 − α)⌉-th smallest of n scores
 * The chance is over calibration and new score together; without ties it is between α − 1/(n + 1) and α.
 * @throws ValueError unless 0 < α < 1, for scores that are NaN, and for fewer than 1/α − 1 of them: no finite threshold holds
 */
export function conformalThreshold(scores: ArrayLike<number>, alpha: number): number {
  if (!(alpha > 0 && alpha < 1)) throw new ValueError("conformalThreshold", "alpha", "above 0 and below 1", alpha);
  const sorted = Float64Array.from(scores).sort();
  if (sorted.some(Number.isNaN)) throw new ValueError("conformalThreshold", "scores", "free of NaN", Number.NaN);
  const n = sorted.length;
  const rank = n + 1 - Math.floor((n + 1) * alpha + ROUNDING);
  if (rank <= n) return sorted[rank - 1]!;
  const needed = Math.ceil(1 / alpha - 1 - ROUNDING);
  const hint = `With ${n} no threshold can promise ${alpha}: calibrate on more, or promise less.`;
  throw new ValueError("conformalThreshold", "scores", `at least ${needed} for alpha ${alpha}`, n, hint);
}
