/**
 * Layers for tfjs on wasm that a careful user has to write. Its gradients reach for kernels that are missing there
 * (Conv2DBackpropFilter) or run as plain loops without SIMD: matrix products with a transpose flag at 1 GFLOP/s, input
 * gradients of convolutions at 2, sums over leading axes. Written with the operations XNNPACK has, they run at 5 to 20:
 * explicit transposes before a product, both gradients of a convolution as convolutions, sums as products with ones.
 */
import * as tf from "@tensorflow/tfjs-core";

type Save = tf.GradSaveFunc;

/** x [..., inDim], weight [inDim, outDim], bias [outDim]. */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const rows = tf.reshape(x, [-1, weight.shape[0]!]);
  const result = affineRows(rows, weight, bias);
  return tf.reshape(result, [...x.shape.slice(0, -1), weight.shape[1]!]);
}

const affineRows = tf.customGrad((x, weight, bias, save) => {
  (save as Save)([x as tf.Tensor, weight as tf.Tensor]);
  const gradFunc = (dy: tf.Tensor, [x, weight]: tf.Tensor[]) => [
    tf.matMul(dy, tf.transpose(weight!)),
    tf.matMul(tf.transpose(x!), dy),
    sumOfRows(dy),
  ];
  return {
    value: tf.add(tf.matMul(x as tf.Tensor, weight as tf.Tensor), bias as tf.Tensor),
    gradFunc: gradFunc as never,
  };
});

/** x · gain + bias on the last axis: [..., D] and [D]. */
export function scaleAndShift(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  return scaleRows(x, gain, bias);
}

const scaleRows = tf.customGrad((x, gain, bias, save) => {
  (save as Save)([x as tf.Tensor, gain as tf.Tensor]);
  const gradFunc = (dy: tf.Tensor, [x, gain]: tf.Tensor[]) => {
    const width = gain!.size;
    const rows = (values: tf.Tensor) => tf.reshape(values, [-1, width]);
    return [tf.mul(dy, gain!), sumOfRows(rows(tf.mul(dy, x!))), sumOfRows(rows(dy))];
  };
  return { value: tf.add(tf.mul(x as tf.Tensor, gain as tf.Tensor), bias as tf.Tensor), gradFunc: gradFunc as never };
});

/** [R, D] -> [D]: a product with ones, sixty times as fast as tf.sum over the first axis. */
function sumOfRows(x: tf.Tensor): tf.Tensor {
  return tf.reshape(tf.matMul(tf.ones([1, x.shape[0]!]), x), [x.shape[1]!]);
}

export interface ConvolutionShape {
  readonly stride: number;
  readonly padding: number;
}

/** x [B, H, W, Cin], weight [k, k, Cin, Cout] -> [B, H', W', Cout]; square images and kernels. */
export function convolution(x: tf.Tensor, weight: tf.Tensor, shape: ConvolutionShape): tf.Tensor {
  const { stride, padding } = shape;
  const apply = tf.customGrad((x, weight, save) => {
    (save as Save)([x as tf.Tensor, weight as tf.Tensor]);
    const gradFunc = (dy: tf.Tensor, [x, weight]: tf.Tensor[]) => [
      inputGradient(dy, weight!, x!.shape[1]!, shape),
      weightGradient(dy, x!, weight!.shape[0]!, shape),
    ];
    const value = tf.conv2d(pad(x as tf.Tensor, padding, padding), weight as tf.Tensor4D, stride, "valid");
    return { value: value as tf.Tensor, gradFunc: gradFunc as never };
  });
  return apply(x, weight);
}

/** Zeros between the elements of dy undo the stride; then a convolution with the kernel turned around. */
function inputGradient(dy: tf.Tensor, weight: tf.Tensor, size: number, { stride, padding }: ConvolutionShape) {
  const kernelSize = weight.shape[0]!;
  const turned = tf.transpose(tf.reverse(weight, [0, 1]), [0, 1, 3, 2]);
  const spread = stride === 1 ? dy : spreadOut(dy, stride);
  const before = kernelSize - 1 - padding;
  const after = size - spread.shape[1]! + kernelSize - 1 - before;
  return tf.conv2d(pad(spread, before, after), turned as tf.Tensor4D, 1, "valid");
}

/** Channels and batch change places: x is convolved with dy as its kernel, dilated by the stride. */
function weightGradient(dy: tf.Tensor, x: tf.Tensor, kernelSize: number, { stride, padding }: ConvolutionShape) {
  const [, size] = x.shape as [number, number];
  const needed = (dy.shape[1]! - 1) * stride + kernelSize;
  const seen = pad(tf.transpose(x, [3, 1, 2, 0]), padding, needed - size - padding); // [Cin, H, W, B]
  const kernel = tf.transpose(dy, [1, 2, 0, 3]); // [H', W', B, Cout]
  const gradient = tf.conv2d(seen as tf.Tensor4D, kernel as tf.Tensor4D, 1, "valid", "NHWC", stride); // [Cin, k, k, Cout]
  return tf.transpose(gradient, [1, 2, 0, 3]);
}

/** [B, H, W, C] with zeros around; a negative number takes away. */
function pad(x: tf.Tensor, before: number, after: number): tf.Tensor4D {
  if (before === 0 && after === 0) return x as tf.Tensor4D;
  if (after < 0) {
    const [B, H, W, C] = x.shape as [number, number, number, number];
    return pad(tf.slice(x, [0, 0, 0, 0], [B, H + after, W + after, C]), before, 0);
  }
  const sides: [number, number] = [before, after];
  return tf.pad(x as tf.Tensor4D, [[0, 0], sides, sides, [0, 0]]);
}

/** [B, H, W, C] -> [B, sH, sW, C] with s − 1 zeros after each element. */
function spreadOut(x: tf.Tensor, stride: number): tf.Tensor {
  const [B, H, W, C] = x.shape as [number, number, number, number];
  const none: [number, number] = [0, 0];
  const zeros: [number, number] = [0, stride - 1];
  const padded = tf.pad(tf.reshape(x, [B * H, 1, W, 1, C]), [none, zeros, none, zeros, none]); // [B H, s, W, s, C]
  return tf.reshape(padded, [B, H * stride, W * stride, C]);
}

/** Mean 0 and variance 1 over the last axis, then gain and bias. */
export function layerNorm(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
  return scaleAndShift(tf.mul(centred, inverse), gain, bias);
}

export interface BatchNormVariables {
  readonly gain: tf.Tensor;
  readonly bias: tf.Tensor;
  readonly runningMean: tf.Variable;
  readonly runningVariance: tf.Variable;
}

const BATCH_NORM_EPSILON = 1e-5;
/** Weight of the new statistics. */
const MOMENTUM = 0.1;

/** BatchNorm of [B, H, W, C] with the statistics of the batch, which are recorded. */
export function batchNorm(x: tf.Tensor, variables: BatchNormVariables): tf.Tensor {
  const { gain, bias, runningMean, runningVariance } = variables;
  const rows = tf.reshape(x, [-1, gain.size]);
  const count = rows.shape[0]!;
  const meanOfRows = (values: tf.Tensor) => tf.div(sumOfRows(values), count);
  const apply = tf.customGrad((x, gain, bias, save) => {
    const mean = meanOfRows(x as tf.Tensor);
    const centred = tf.sub(x as tf.Tensor, mean);
    const variance = meanOfRows(tf.square(centred));
    const inverse = tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON));
    const normed = tf.mul(centred, inverse);
    const record = (running: tf.Variable, now: tf.Tensor) =>
      running.assign(tf.add(tf.mul(running, 1 - MOMENTUM), tf.mul(now, MOMENTUM)));
    record(runningMean, mean);
    record(runningVariance, tf.mul(variance, count / (count - 1)));
    (save as Save)([normed, tf.mul(inverse, gain as tf.Tensor)]);
    const gradFunc = (dy: tf.Tensor, [normed, scale]: tf.Tensor[]) => {
      const [ofBias, ofGain] = [sumOfRows(dy), sumOfRows(tf.mul(dy, normed!))];
      const straightened = tf.sub(dy, tf.div(ofBias, count));
      return [tf.mul(tf.sub(straightened, tf.mul(normed!, tf.div(ofGain, count))), scale!), ofGain, ofBias];
    };
    return { value: tf.add(tf.mul(normed, gain as tf.Tensor), bias as tf.Tensor), gradFunc: gradFunc as never };
  });
  return tf.reshape(apply(rows, gain, bias), x.shape);
}

/** x Φ(x), exact. */
export function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}
