/**
 * The tensor of model code. It exists only while a program is traced: formulas read like mathematics, shapes are
 * checked where a mistake is made, and no ownership marks appear (each use takes its own reference of the tracer).
 */

import { DarkmatterError } from "./errors.js";
import * as formulas from "./formulas.js";
import { type HostArray, sizeOf } from "./host-array.js";
import { jax, keepForTrace, np, type Tracer } from "./jax.js";
import {
  type Axes,
  checkBroadcast,
  checkBroadcastTo,
  checkMatmul,
  checkPad,
  checkPermutation,
  checkSlice,
  checkSplit,
  checkSqueeze,
  expectShape,
  resolveAxes,
  resolveAxis,
  resolveReshape,
} from "./shape-checks.js";
import {
  averageWindows,
  type Conv2dOptions,
  type ConvTranspose2dOptions,
  convolve,
  convolveTransposed,
  maxOfWindows,
  type PoolOptions,
} from "./windows.js";

export type TensorDType = "float32" | "int32" | "bool";
export type Operand = Tensor | number;
export interface ReduceOptions {
  readonly keepDims?: boolean;
}

export class Tensor {
  readonly #tracer: Tracer;

  private constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** Wrap a tracer. For `compute/` only. */
  static fromTracer(tracer: Tracer): Tensor {
    return new Tensor(tracer);
  }

  /** A constant: written into the program. */
  static constant(value: HostArray | number): Tensor {
    if (typeof value === "number") return Tensor.full([], value);
    return new Tensor(keepForTrace(np.array(value.data, { shape: [...value.shape], dtype: value.dtype as jax.DType })));
  }

  /** All elements equal to `value`. */
  static full(shape: readonly number[], value: number): Tensor {
    // One number, broadcast: the program then holds no array, and can fold it.
    const scalar = new Tensor(keepForTrace(np.full([], value, { dtype: np.float32 })));
    return shape.length === 0 ? scalar : scalar.broadcastTo(shape);
  }

  /** The identity matrix [size, size]. */
  static identity(size: number): Tensor {
    return new Tensor(keepForTrace(np.eye(size, size, { dtype: np.float32 })));
  }

  /** A fresh reference to the tracer; every use consumes one. */
  get tracer(): Tracer {
    return this.#tracer.ref;
  }

  get shape(): readonly number[] {
    return this.#tracer.shape;
  }

  get dtype(): TensorDType {
    return this.#tracer.dtype as TensorDType;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  // Element-wise arithmetic, broadcasting as NumPy does.
  add(other: Operand): Tensor {
    return this.#combine("add", other, (a, b) => a.add(b));
  }
  sub(other: Operand): Tensor {
    return this.#combine("sub", other, (a, b) => a.sub(b));
  }
  mul(other: Operand): Tensor {
    return this.#combine("mul", other, (a, b) => a.mul(b));
  }
  div(other: Operand): Tensor {
    if (typeof other === "number") return this.mul(1 / other);
    return this.#combine("div", other, (a, b) => a.div(b));
  }
  maximum(other: Operand): Tensor {
    return this.#combine("maximum", other, (a, b) => np.maximum(a, b));
  }
  minimum(other: Operand): Tensor {
    return this.#combine("minimum", other, (a, b) => np.minimum(a, b));
  }
  greater(other: Operand): Tensor {
    return this.#combine("greater", other, (a, b) => a.greater(b));
  }
  less(other: Operand): Tensor {
    return this.#combine("less", other, (a, b) => a.less(b));
  }
  equal(other: Operand): Tensor {
    return this.#combine("equal", other, (a, b) => a.equal(b));
  }
  neg(): Tensor {
    return new Tensor(this.tracer.neg());
  }
  square(): Tensor {
    return this.mul(this);
  }
  sqrt(): Tensor {
    return new Tensor(np.sqrt(this.tracer));
  }
  reciprocal(): Tensor {
    return new Tensor(np.reciprocal(this.tracer));
  }
  exp(): Tensor {
    return new Tensor(np.exp(this.tracer));
  }
  log(): Tensor {
    return new Tensor(np.log(this.tracer));
  }
  sin(): Tensor {
    return new Tensor(np.sin(this.tracer));
  }
  cos(): Tensor {
    return new Tensor(np.cos(this.tracer));
  }
  erf(): Tensor {
    return new Tensor(jax.lax.erf(this.tracer));
  }
  abs(): Tensor {
    return this.maximum(this.neg());
  }
  floor(): Tensor {
    return new Tensor(np.floor(this.tracer));
  }

  /** max(x, 0); the gradient at 0 is 0. */
  relu(): Tensor {
    return formulas.relu(this);
  }
  /** 1 / (1 + e^-x). Differentiates once. */
  sigmoid(): Tensor {
    return formulas.sigmoid(this);
  }
  /** Hyperbolic tangent. Differentiates once. */
  tanh(): Tensor {
    return formulas.tanh(this);
  }
  /** x Φ(x), the exact form with erf. Differentiates once. */
  gelu(): Tensor {
    return formulas.gelu(this);
  }

  astype(dtype: TensorDType): Tensor {
    return new Tensor(this.tracer.astype(dtype as jax.DType));
  }
  /** The same value; no gradient flows through it. */
  stopGradient(): Tensor {
    return new Tensor(jax.lax.stopGradient(this.tracer));
  }
  /** Where this condition is true `whenTrue`, else `whenFalse`. */
  select(whenTrue: Operand, whenFalse: Operand): Tensor {
    if (this.dtype !== "bool") throw new DarkmatterError(`select: the condition must be bool, got ${this.dtype}.`);
    return new Tensor(np.where(this.tracer, raw(whenTrue), raw(whenFalse)));
  }

  // Reductions.
  sum(axes?: Axes, options?: ReduceOptions): Tensor {
    return new Tensor(np.sum(this.tracer, resolveAxes("sum", this.shape, axes), keep(options)));
  }
  mean(axes?: Axes, options?: ReduceOptions): Tensor {
    const count = resolveAxes("mean", this.shape, axes).reduce((n, axis) => n * this.shape[axis]!, 1);
    return this.sum(axes, options).mul(1 / count);
  }
  max(axes?: Axes, options?: ReduceOptions): Tensor {
    return new Tensor(np.max(this.tracer, resolveAxes("max", this.shape, axes), keep(options)));
  }
  min(axes?: Axes, options?: ReduceOptions): Tensor {
    return new Tensor(np.min(this.tracer, resolveAxes("min", this.shape, axes), keep(options)));
  }
  /** Mean squared deviation; divides by count - correction (0: biased, 1: unbiased). */
  variance(axes?: Axes, options?: ReduceOptions & { readonly correction?: 0 | 1 }): Tensor {
    return formulas.variance(this, axes, options);
  }
  /** log Σ exp along the axes; never overflows. */
  logSumExp(axes: Axes, options?: ReduceOptions): Tensor {
    return formulas.logSumExp(this, axes, options);
  }
  /** exp(x) / Σ exp(x) along the axis, of finite x: mask by −1e9, not by −∞. Differentiates once. */
  softmax(axis = -1): Tensor {
    return formulas.softmax(this, axis);
  }
  /** log softmax, without the rounding of its logarithm. */
  logSoftmax(axis = -1): Tensor {
    return formulas.logSoftmax(this, axis);
  }
  /** x / max(‖x‖₂, epsilon) along the axis. */
  normalizeL2(axis = -1, epsilon = 1e-12): Tensor {
    return formulas.normalizeL2(this, axis, epsilon);
  }

  // Matrices.
  /** Matrix product of the last two axes: [..., M, K] x [..., K, N] -> [..., M, N], leading axes broadcast. */
  matmul(other: Tensor): Tensor {
    checkMatmul(this.shape, other.shape);
    return new Tensor(np.matmul(this.tracer, other.tracer));
  }
  /**
   * Two-dimensional cross-correlation, zero padding: out[b, o, p] = Σ_c Σ_k images[b, c, p·stride + k − padding] · weight[o, c, k].
   * @param weight [Cout, Cin / groups, kh, kw]; this: [B, Cin, H, W]
   * @returns [B, Cout, H', W'] with H' = floor((H + 2 padding − kh) / stride) + 1
   */
  conv2d(weight: Tensor, options: Conv2dOptions = {}): Tensor {
    return new Tensor(convolve(this.tracer, weight.tracer, options));
  }
  /**
   * The transpose of `conv2d` (its gradient by the images), as torch's ConvTranspose2d.
   * @param weight [Cin, Cout, kh, kw]; this: [B, Cin, H, W]
   * @returns [B, Cout, H', W'] with H' = (H − 1) stride − 2 padding + kh + outputPadding
   */
  convTranspose2d(weight: Tensor, options: ConvTranspose2dOptions = {}): Tensor {
    return new Tensor(convolveTransposed(this.tracer, weight.tracer, options));
  }
  /**
   * Mean over windows: [B, C, H, W] -> [B, C, H', W'] with H' = floor((H + 2 padding − window) / stride) + 1. Padding is
   * not counted: each mean is over places of the image (torch's count_include_pad=False).
   */
  averagePool2d(window: number, options: PoolOptions = {}): Tensor {
    return new Tensor(averageWindows(this.tracer, window, options));
  }
  /** Maximum over windows, shapes as `averagePool2d`; padding never wins. Ties share the gradient; torch gives it to the first. */
  maxPool2d(window: number, options: PoolOptions = {}): Tensor {
    return new Tensor(maxOfWindows(this.tracer, window, options));
  }

  // Shape.
  /** The same elements, row-major, under another shape; one size may be -1: whatever is left. */
  reshape(shape: readonly number[]): Tensor {
    return new Tensor(this.tracer.reshape(resolveReshape(this.shape, shape)));
  }
  /** Permute the axes; without an argument reverse them. */
  transpose(permutation?: readonly number[]): Tensor {
    if (permutation !== undefined) checkPermutation(this.shape, permutation);
    return new Tensor(this.tracer.transpose(permutation && [...permutation]));
  }
  swapAxes(a: number, b: number): Tensor {
    const order = this.shape.map((_, axis) => axis);
    const [i, j] = [resolveAxis("swapAxes", this.shape, a), resolveAxis("swapAxes", this.shape, b)];
    [order[i], order[j]] = [order[j]!, order[i]!];
    return this.transpose(order);
  }
  broadcastTo(shape: readonly number[]): Tensor {
    checkBroadcastTo(this.shape, shape);
    return new Tensor(np.broadcastTo(this.tracer, [...shape]));
  }
  expandDims(axis: number): Tensor {
    // Counted in the result, which has one axis more.
    const at = resolveAxis("expandDims", [...this.shape, 1], axis);
    return this.reshape(this.shape.toSpliced(at, 0, 1));
  }
  squeeze(axes: Axes): Tensor {
    const dropped = resolveAxes("squeeze", this.shape, axes);
    checkSqueeze(this.shape, dropped);
    return this.reshape(this.shape.filter((_, axis) => !dropped.includes(axis)));
  }
  /** Elements start..end (exclusive) of one axis. */
  slice(axis: number, start: number, end: number): Tensor {
    const at = resolveAxis("slice", this.shape, axis);
    checkSlice(this.shape, at, start, end);
    const ranges = this.shape.map((length, i): [number, number] => (i === at ? [start, end] : [0, length]));
    return new Tensor(this.tracer.slice(...ranges));
  }
  /** Cut an axis into equal parts. */
  split(axis: number, parts: number): Tensor[] {
    const at = resolveAxis("split", this.shape, axis);
    checkSplit(this.shape, at, parts);
    return np.split(this.tracer, parts, at).map((part) => new Tensor(part));
  }
  /** Zeros before and after each axis. */
  pad(widths: readonly (readonly [number, number])[]): Tensor {
    checkPad(this.shape, widths);
    const pairs = widths.map(([before, after]): [number, number] => [before, after]);
    return new Tensor(np.pad(this.tracer, pairs));
  }
  flip(axes: Axes): Tensor {
    return new Tensor(np.flip(this.tracer, resolveAxes("flip", this.shape, axes)));
  }
  /** Rows by index along the first axis: [R, ...] and int32 [n] -> [n, ...]. */
  takeRows(indices: Tensor): Tensor {
    if (indices.dtype !== "int32") throw new DarkmatterError(`takeRows: indices must be int32, got ${indices.dtype}.`);
    expectShape("takeRows", "indices", indices, ["n"]);
    return new Tensor(this.tracer.slice(indices.tracer));
  }

  #combine(name: string, other: Operand, apply: (a: Tracer, b: Tracer | number) => Tracer): Tensor {
    if (typeof other !== "number") checkBroadcast(name, this.shape, other.shape);
    return new Tensor(apply(this.tracer, raw(other)));
  }
}

export function isTensor(node: unknown): node is Tensor {
  return node instanceof Tensor;
}

function raw(operand: Operand): Tracer {
  // jax-js types its functions for arrays but takes plain numbers everywhere, as weakly typed scalars.
  return (typeof operand === "number" ? operand : operand.tracer) as Tracer;
}

function keep(options?: ReduceOptions): { keepdims: boolean } {
  return { keepdims: options?.keepDims ?? false };
}
