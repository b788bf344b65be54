/** What keeps the states of a sequence apart, and what gives their space the shape that planning needs. */
import type { Tensor } from "../compute/index.js";
import { sumOfSquares } from "../nn/index.js";
import { meanOf, sumOf } from "./objective.js";

/** Keeps a root of nothing from having an endless slope. */
const VARIANCE_EPSILON = 1e-4;
const LENGTH_EPSILON = 1e-6;

/**
 * Hinge on the spread of each dimension over the batch, for each step by itself, so that a step of its own kind is no
 * excuse: mean over steps and dimensions of max(0, γ − √(var + 1e-4)), var with B − 1.
 * @param states T of [B, D], B >= 2
 */
export function spreadHinge(states: readonly Tensor[], targetStd: number): Tensor {
  return meanOf(
    states.map((state) => {
      const variances = sumOfSquares(centred(state), 0).mul(1 / (state.shape[0]! - 1)); // [1, D]
      return variances.add(VARIANCE_EPSILON).sqrt().neg().add(targetStd).relu().mean();
    }),
  );
}

/** Mean over steps of Σ_{i≠j} C²_ij / (D (D − 1)), C = centredᵀ centred / (B − 1), as eb_jepa divides it. */
export function offDiagonalCovariance(states: readonly Tensor[]): Tensor {
  return meanOf(
    states.map((state) => {
      const [B, D] = state.shape as [number, number];
      const deviations = centred(state);
      const covariance = deviations
        .transpose()
        .matmul(deviations)
        .mul(1 / (B - 1)); // [D, D]
      const diagonal = sumOfSquares(deviations, 0).mul(1 / (B - 1));
      return sumOfSquares(covariance)
        .sub(sumOfSquares(diagonal))
        .reshape([])
        .mul(1 / Math.max(1, D * (D - 1)));
    }),
  );
}

/**
 * Hinge on the spread of each dimension within clips, so that what stands still (walls, roads) is not all that states
 * are about: mean over dimensions of max(0, γ − √(var + 1e-4)), var = Σ_t (s_t − s̄)² / (T − 1) averaged over the batch, s̄
 * the mean of a clip's states.
 * Source: the variance over time of arXiv:2502.14819 (PLDM). Deviation: averaged over clips before the root, since a clip
 * in which nothing moves is no fault.
 * @param states T of [B, D], T >= 2
 */
export function motionHinge(states: readonly Tensor[], targetStd: number): Tensor {
  const middle = meanOf(states);
  const squares = sumOf(states.map((state) => state.sub(middle).square())).mul(1 / (states.length - 1)); // [B, D]
  return squares.mean(0).add(VARIANCE_EPSILON).sqrt().neg().add(targetStd).relu().mean();
}

/** Neighbours in time are alike: mean over steps and dimensions of (s_t − s_{t+1})². */
export function changeInTime(states: readonly Tensor[]): Tensor {
  return meanOf(stepsOf(states).map((step) => step.square().mean()));
}

/**
 * Ways are straight: mean over neighbouring steps of 1 − cos(s_{t+1} − s_t, s_{t+2} − s_{t+1}), from 0 to 2.
 * Source: Hénaff et al. 2019 (perceptual straightening), as a loss of planning spaces in arXiv:2603.12231.
 */
export function curvature(states: readonly Tensor[]): Tensor {
  const steps = stepsOf(states);
  const turns = steps.slice(1).map((step, t) => {
    const before = steps[t]!;
    const lengths = lengthOf(before).mul(lengthOf(step));
    return before.mul(step).sum(1).div(lengths).neg().add(1).mean();
  });
  return meanOf(turns);
}

function stepsOf(states: readonly Tensor[]): Tensor[] {
  return states.slice(1).map((state, t) => state.sub(states[t]!));
}

function lengthOf(x: Tensor): Tensor {
  return x.square().sum(1).add(LENGTH_EPSILON).sqrt();
}

function centred(x: Tensor): Tensor {
  return x.sub(x.mean(0, { keepDims: true }));
}
