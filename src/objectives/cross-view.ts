/** Objectives that predict one view from another: what is compared with what, and the cosine most of them compare by. */
import { ShapeError, type Tensor, ValueError } from "../compute/index.js";
import { checkProjections, meanOf, type ObjectiveInput } from "./objective.js";

/** A prediction from one view, and what a target made of another view of the same images. */
export interface CrossViewPair {
  readonly prediction: Tensor;
  /** No gradient flows into it. */
  readonly target: Tensor;
}

/**
 * Each prediction beside each target of another view: V views and G targets give up to V · G − G pairs.
 * @returns pairs of [B, D]
 * @throws ShapeError or ValueError if targets are missing, differ in shape, or are all of the predictions' own views
 */
export function crossViewPairs(operation: string, input: ObjectiveInput): CrossViewPair[] {
  const { projections, targets, targetViews } = input;
  const { B, D } = checkProjections(operation, projections, 1);
  if (targets === undefined || targets.length === 0) {
    const hint = "It compares predictions with the outputs of a target: give those beside them.";
    throw new ValueError(operation, "targets", "at least one array, like the projections", targets?.length ?? 0, hint);
  }
  const views = targetViews ?? targets.map((_, i) => i);
  const pairs = targets.flatMap((target, i) => {
    if (target.shape.length !== 2 || target.shape[0] !== B || target.shape[1] !== D) {
      throw new ShapeError(operation, `targets[${i}]`, [B, D], target.shape, "Do they come from the same head?");
    }
    const fixed = target.stopGradient();
    return projections.flatMap((prediction, v) => (v === views[i] ? [] : [{ prediction, target: fixed }]));
  });
  if (pairs.length === 0) {
    const hint = "A view is compared with the target of another view of the same images.";
    throw new ShapeError(operation, "projections", "at least 2 views", [projections.length], hint);
  }
  return pairs;
}

/** Mean over pairs and images of the cosine between prediction and target: a scalar from −1 to 1. */
export function meanCosine(pairs: readonly CrossViewPair[]): Tensor {
  const cosines = pairs.map(({ prediction, target }) =>
    prediction.normalizeL2().mul(target.normalizeL2()).sum(1).mean(),
  );
  return meanOf(cosines);
}
