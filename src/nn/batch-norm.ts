import { ShapeError, type Tensor, ValueError } from "../compute/index.js";
import { type Initialiser, ones, zeros } from "./initialisers.js";
import type { Layer, Mode } from "./layer.js";
import { inverseStd, sumOfSquares } from "./moments.js";
import { type ParameterSpec, parameter, type TensorsOf } from "./parameter.js";

export interface BatchNormOptions {
  readonly epsilon?: number;
  /** Weight of this batch in the running statistics: torch calls it momentum, ONNX calls 1 minus it so. */
  readonly newStatisticsWeight?: number;
  /** Learned gain and bias. */
  readonly affine?: boolean;
  /** Zeros silence a residual branch at the start. */
  readonly gainInit?: Initialiser;
}

export type BatchNormParameters = {
  readonly gain?: ParameterSpec;
  readonly bias?: ParameterSpec;
  readonly runningMean: ParameterSpec;
  readonly runningVariance: ParameterSpec;
};

/**
 * BatchNorm: each channel gets mean 0 and variance 1 over the batch (and the positions), then a gain and a bias.
 *   y = (x − mean) / √(var + ε) · gain + bias
 *   running ← (1 − w) running + w new, w = newStatisticsWeight
 * In training mean and biased variance are the batch's, and the running statistics (unbiased variance) are recorded in
 * `mode.updates`; in evaluation the running statistics are used, each value on its own. A target encoder
 * (`targetMode`) normalises by its batch and records in running statistics of its own, which its average leaves alone.
 * @returns layer [B, C] -> [B, C] or [B, C, H, W] -> [B, C, H, W]
 * @throws ValueError when training on a single value per channel, which has no variance
 * Source: Ioffe and Szegedy 2015, arXiv:1502.03167. Deviations: none.
 */
export function batchNorm(channels: number, options: BatchNormOptions = {}): Layer<BatchNormParameters> {
  const { epsilon = 1e-5, newStatisticsWeight = 0.1, affine = true, gainInit = ones } = options;
  const statistics = {
    runningMean: parameter([channels], "buffer", zeros),
    runningVariance: parameter([channels], "buffer", ones),
  };
  const learned = { gain: parameter([channels], "gain", gainInit), bias: parameter([channels], "bias", zeros) };
  return {
    parameters: affine ? { ...learned, ...statistics } : statistics,
    apply(parameters, x, mode) {
      const axes = reducedAxes(x, channels);
      return mode.training
        ? normaliseByBatch(x, axes, parameters, { epsilon, newStatisticsWeight, mode })
        : normaliseByRunning(x, axes, parameters, epsilon);
    },
  };
}

type BatchNormTensors = TensorsOf<BatchNormParameters>;

function normaliseByBatch(
  x: Tensor,
  axes: readonly number[],
  parameters: BatchNormTensors,
  { epsilon, newStatisticsWeight, mode }: { epsilon: number; newStatisticsWeight: number; mode: Mode },
): Tensor {
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  if (count < 2) throw new ValueError("batchNorm", "x", "more than one value per channel in training", x.shape);
  const mean = x.mean(axes, { keepDims: true });
  const centered = x.sub(mean.stopGradient());
  // The variance is flat in the mean (Σ centered = 0), so holding the mean fixed loses no gradient here.
  const squares = sumOfSquares(centered, axes);
  record(parameters.runningMean, mean, newStatisticsWeight, mode);
  record(parameters.runningVariance, squares.mul(1 / (count - 1)), newStatisticsWeight, mode);

  const scale = scaleOf(squares.mul(1 / count), parameters, axes, epsilon);
  // Zero in value. The gradient through the mean takes this way, over C numbers instead of the whole batch.
  const drift = mean.stopGradient().sub(mean).mul(scale);
  const shift = parameters.bias === undefined ? drift : drift.add(perChannel(parameters.bias, axes));
  return centered.mul(scale).add(shift);
}

function normaliseByRunning(x: Tensor, axes: readonly number[], parameters: BatchNormTensors, epsilon: number): Tensor {
  const scale = scaleOf(perChannel(parameters.runningVariance, axes), parameters, axes, epsilon);
  const offset = perChannel(parameters.runningMean, axes).mul(scale).neg();
  const shift = parameters.bias === undefined ? offset : offset.add(perChannel(parameters.bias, axes));
  return x.mul(scale).add(shift);
}

/** gain / √(variance + ε), shaped like the variance. */
function scaleOf(variance: Tensor, { gain }: BatchNormTensors, axes: readonly number[], epsilon: number): Tensor {
  const inverse = inverseStd(variance, epsilon);
  return gain === undefined ? inverse : inverse.mul(perChannel(gain, axes));
}

function record(running: Tensor, batchValue: Tensor, newWeight: number, { updates }: Mode): void {
  const fresh = batchValue.reshape(running.shape).stopGradient();
  updates.set(
    running,
    updates
      .latest(running)
      .mul(1 - newWeight)
      .add(fresh.mul(newWeight)),
  );
}

/** [C] -> [1, C] or [1, C, 1, 1], to broadcast over the reduced axes. */
function perChannel(values: Tensor, axes: readonly number[]): Tensor {
  const rank = axes.length + 1;
  return values.reshape(Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : values.size)));
}

function reducedAxes(x: Tensor, channels: number): readonly number[] {
  const isKnownRank = x.shape.length === 2 || x.shape.length === 4;
  if (!isKnownRank || x.shape[1] !== channels) {
    throw new ShapeError("batchNorm", "x", `shape [B, ${channels}] or [B, ${channels}, H, W]`, x.shape);
  }
  return x.shape.length === 2 ? [0] : [0, 2, 3];
}
