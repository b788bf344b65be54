/** The loss of a predictor that offers several futures and is judged by the best of them. */
import { Tensor } from "../compute/index.js";
import { meanOf, sumOf } from "./objective.js";

export interface PluralPrediction {
  /** Mean over images of the weighted errors: the least one, and a little of the others while `looseness` lasts. */
  readonly prediction: Tensor;
  /** Mean over images of −log prior(winner): the prior learns how often each future comes true, given what was seen. */
  readonly priorError: Tensor;
  /** Effective number of futures in use, exp of the entropy of winners over the batch: from 1 to K. */
  readonly futuresInUse: Tensor;
}

/**
 * K futures of the same images, judged by the one that came nearest (multiple choice learning).
 *   e_k = mean over steps and dimensions of (ŝ_k − s)²,   winner = argmin_k e_k   (exact: every code is tried)
 *   prediction = mean over images of (1 − ε) e_winner + ε mean_k e_k,   ε = looseness
 *   priorError = −mean log softmax(logits)_winner, with no gradient into the winner
 * ε > 0 at the start moves every future towards something that happens, so that none dies; ε = 0 at the end, for else all
 * of them are drawn to the mean. The winner is never an input of anything that predicts.
 * @param futures K lists of T predicted states [B, D]; @param states the T that came true; @param prior logits [B, K]; none for one future
 * @param looseness scalar in [0, 1]
 * Source: Guzmán-Rivera et al. 2012; relaxed as in Rupprecht et al. 2017, arXiv:1612.00197.
 */
export function pluralPrediction(
  futures: readonly (readonly Tensor[])[],
  states: readonly Tensor[],
  prior: Tensor | undefined,
  looseness: Tensor,
): PluralPrediction {
  const errors = futures.map((steps) => meanOf(steps.map((state, t) => state.sub(states[t]!).square().mean(1)))); // [B]
  const least = errors.reduce((a, b) => a.minimum(b)).stopGradient();
  const wins = winnersOf(errors, least);
  const best = sumOf(errors.map((error, k) => error.mul(wins[k]!)));
  const loose = meanOf(errors);
  const shares = wins.map((win) => win.mean());
  const entropy = sumOf(shares.map((share) => share.mul(share.add(1e-9).log()))).neg();
  return {
    prediction: best.add(loose.sub(best).mul(looseness)).mean(),
    priorError: prior === undefined ? Tensor.constant(0) : surprise(prior, wins),
    futuresInUse: entropy.exp().stopGradient(),
  };
}

/** −mean log softmax(prior) at the winner. */
function surprise(prior: Tensor, wins: readonly Tensor[]): Tensor {
  const logChances = prior.logSoftmax(1).split(1, wins.length); // K of [B, 1]
  return sumOf(wins.map((win, k) => logChances[k]!.squeeze(1).mul(win)))
    .mean()
    .neg();
}

/** For each future, 1 where it wins and 0 elsewhere; among equals the first wins. No gradient. */
function winnersOf(errors: readonly Tensor[], least: Tensor): Tensor[] {
  let isOpen = onesLike(least);
  return errors.map((error) => {
    const isLeast = error.stopGradient().sub(least).greater(0).select(0, 1);
    const win = isLeast.mul(isOpen);
    isOpen = isOpen.sub(win);
    return win;
  });
}

function onesLike(x: Tensor): Tensor {
  return x.mul(0).add(1);
}
