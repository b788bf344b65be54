/** Objectives that predict what is at places of an image: what is compared with what, and by which distance. */
import { ShapeError, type Tensor, ValueError } from "../compute/index.js";
import { sumOfSquares } from "../nn/index.js";
import type { ObjectiveInput } from "./objective.js";

export interface PredictedPlaces {
  readonly prediction: Tensor;
  /** No gradient flows into it. */
  readonly target: Tensor;
}

/**
 * Each prediction beside the target of its view.
 * @returns pairs of one shape, [B, K, D] or [B, D]
 * @throws ShapeError or ValueError if predictions or targets are missing or differ in shape
 */
export function predictedPlaces(operation: string, { projections, targets }: ObjectiveInput): PredictedPlaces[] {
  const [first] = projections;
  if (first === undefined) throw new ShapeError(operation, "projections", "at least 1 view", [0]);
  if (targets === undefined || targets.length !== projections.length) {
    const hint = "It compares predictions with what is there: give that beside them.";
    const expected = `as many arrays as there are projections, ${projections.length}`;
    throw new ValueError(operation, "targets", expected, targets?.length ?? 0, hint);
  }
  return projections.map((prediction, i) => {
    const target = targets[i]!;
    expectSame(operation, `projections[${i}]`, prediction, first);
    expectSame(operation, `targets[${i}]`, target, first);
    return { prediction, target: target.stopGradient() };
  });
}

/** Mean of (prediction − target)² over everything. */
export function squaredError({ prediction, target }: PredictedPlaces): Tensor {
  return sumOfSquares(prediction.sub(target))
    .reshape([])
    .mul(1 / prediction.size);
}

/** Mean over everything of d²/2 where |d| < 1 and |d| − 1/2 beyond, d = prediction − target. */
export function smoothL1({ prediction, target }: PredictedPlaces): Tensor {
  const difference = prediction.sub(target);
  // d c − c²/2 with c = d cut at ±1 is both cases in one, and c is its gradient
  const slope = difference.maximum(-1).minimum(1).stopGradient();
  return slope.mul(difference.sub(slope.mul(0.5))).mean();
}

/** Mean 0 and variance 1 along an axis: (x − mean) / √(variance + ε), the variance biased. No gradient is meant. */
export function standardised(x: Tensor, axis: number, epsilon = 1e-5): Tensor {
  const centred = x.sub(x.mean(axis, { keepDims: true }));
  return centred.div(centred.square().mean(axis, { keepDims: true }).add(epsilon).sqrt());
}

function expectSame(operation: string, argument: string, tensor: Tensor, like: Tensor): void {
  const isSame = tensor.shape.length === like.shape.length && tensor.shape.every((size, i) => size === like.shape[i]);
  if (isSame) return;
  throw new ShapeError(operation, argument, like.shape, tensor.shape, "A prediction and what is there are alike.");
}
