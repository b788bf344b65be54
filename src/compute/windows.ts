/**
 * Convolution and pooling on tracers, the arithmetic behind the methods of `Tensor`. jax-js consumes what it is given:
 * so do these functions.
 */
import { jax, keepForTrace, np, type Tracer } from "./jax.js";
import { checkConv2d, checkConvTranspose2d, checkPool } from "./shape-checks.js";

export interface Conv2dOptions {
  readonly stride?: number;
  /** Zeros on each side. */
  readonly padding?: number;
  /** Channels are cut into this many groups, each convolved on its own; as many as channels: depthwise. */
  readonly groups?: number;
}

export interface ConvTranspose2dOptions {
  readonly stride?: number;
  /** What the convolution it transposes was padded with: taken off each side of the result. */
  readonly padding?: number;
  /** More rows and columns at the end, of the several sizes a strided convolution shrinks to one; below the stride. */
  readonly outputPadding?: number;
}

export interface PoolOptions {
  /** The window's size by default: windows side by side. */
  readonly stride?: number;
  /** Places on each side that count for nothing; at most half the window. */
  readonly padding?: number;
}

type Pair = [number, number];

/** [B, Cin, H, W] and [Cout, Cin / groups, kh, kw] -> [B, Cout, H', W']. */
export function convolve(images: Tracer, weight: Tracer, options: Conv2dOptions): Tracer {
  const { stride = 1, padding = 0, groups = 1 } = options;
  checkConv2d(images.shape, weight.shape, { stride, padding, groups });
  // jax-js cannot differentiate windows that see nothing but padding, so what is wider than the kernel is written out.
  const implicit = Math.min(padding, weight.shape[2]! - 1, weight.shape[3]! - 1);
  const sides: Pair = [implicit, implicit];
  const padded = padSides(images, padding - implicit);
  return jax.lax.convGeneralDilated(padded, weight, [stride, stride], [sides, sides], { featureGroupCount: groups });
}

/** [B, Cin, H, W] and [Cin, Cout, kh, kw] -> [B, Cout, H', W']: the gradient of a convolution by its images. */
export function convolveTransposed(images: Tracer, weight: Tracer, options: ConvTranspose2dOptions): Tracer {
  const { stride = 1, padding = 0, outputPadding = 0 } = options;
  checkConvTranspose2d(images.shape, weight.shape, { stride, padding, outputPadding });
  const fullBorders = weight.shape.slice(2).map((taps): Pair => [taps - 1, taps - 1]);
  const kernel = np.flip(weight, [2, 3]).transpose([1, 0, 2, 3]);
  const lhsDilation = [stride, stride];
  const full = jax.lax.convGeneralDilated(images, kernel, [1, 1], fullBorders, { lhsDilation });
  // The whole result first, (H - 1) stride + k, then its sides cut: jax-js cannot differentiate narrower borders of all kernels.
  const end = outputPadding - padding;
  const grown =
    end > 0
      ? np.pad(full, [
          [0, 0],
          [0, 0],
          [0, end],
          [0, end],
        ])
      : full;
  const [, , height, width] = grown.shape as [number, number, number, number];
  const cut = (size: number): Pair => [padding, size + Math.min(0, end)];
  return grown.slice([], [], cut(height), cut(width));
}

/** [B, C, H, W] -> [B, C, H', W']: the mean of what each window sees of the image. */
export function averageWindows(images: Tracer, window: number, options: PoolOptions): Tracer {
  const { stride = window, padding = 0 } = options;
  checkPool("averagePool2d", images.shape, { window, stride, padding });
  if (padding === 0) return reduceWindows(images, window, stride, (x) => np.mean(x));
  const shares = [2, 3].map((axis) => {
    const counts = countsWithin(images.shape[axis]!, window, stride, padding);
    const shape = axis === 2 ? [counts.length, 1] : [1, counts.length];
    return constant(
      counts.map((count) => 1 / count),
      shape,
    );
  });
  const sums = reduceWindows(padSides(images, padding), window, stride, (x) => np.sum(x));
  return shares.reduce((means, share) => means.mul(share), sums);
}

/** [B, C, H, W] -> [B, C, H', W']: the maximum each window sees of the image. */
export function maxOfWindows(images: Tracer, window: number, options: PoolOptions): Tracer {
  const { stride = window, padding = 0 } = options;
  checkPool("maxPool2d", images.shape, { window, stride, padding });
  return reduceWindows(padding === 0 ? images : padWithLowest(images, padding), window, stride, (x) => np.max(x));
}

function reduceWindows(images: Tracer, window: number, stride: number, reduce: (x: Tracer) => Tracer): Tracer {
  return jax.lax.reduceWindow(images, reduce, [window, window], [stride, stride]);
}

/** How many places within an axis each window sees. */
function countsWithin(size: number, window: number, stride: number, padding: number): number[] {
  const numWindows = Math.floor((size + 2 * padding - window) / stride) + 1;
  return Array.from({ length: numWindows }, (_, i) => {
    const start = i * stride - padding;
    return Math.min(size, start + window) - Math.max(0, start);
  });
}

function padSides(images: Tracer, width: number): Tracer {
  const sides: Pair = [width, width];
  return width === 0 ? images : np.pad(images, [[0, 0], [0, 0], sides, sides]);
}

/** Sides of the lowest float32, which stands for minus infinity: not every engine may write that down. */
function padWithLowest(images: Tracer, width: number): Tracer {
  const padded = padSides(images, width);
  const [rows, columns] = padded.shape.slice(2) as Pair;
  const isSide = (place: number, size: number) => place < width || place >= size - width;
  const border = Array.from({ length: rows * columns }, (_, i) =>
    isSide(Math.floor(i / columns), rows) || isSide(i % columns, columns) ? -LARGEST_FLOAT32 : 0,
  );
  return padded.add(constant(border, [rows, columns]));
}

const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

function constant(values: readonly number[], shape: readonly number[]): Tracer {
  return keepForTrace(np.array(Float32Array.from(values), { shape: [...shape], dtype: np.float32 })).ref;
}
