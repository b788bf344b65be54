/**
 * Convolution and pooling on tracers, the arithmetic behind the methods of `Tensor`. jax-js consumes what it is given:
 * so do these functions.
 */
import { jax, keepForTrace, np, type Tracer } from "./jax.js";
import { checkConv2d, checkConvTranspose2d, checkPool } from "./shape-checks.js";
import { convolveInPhases, convolveTransposedInPhases } from "./webgpu/phases.js";

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

/** The webgpu engine traces a program again, on its own device. */
const isForWebgpu = (): boolean => jax.defaultDevice() === "webgpu";

/** [B, Cin, H, W] and [Cout, Cin / groups, kh, kw] -> [B, Cout, H', W']. */
export function convolve(images: Tracer, weight: Tracer, options: Conv2dOptions): Tracer {
  const { stride = 1, padding = 0, groups = 1 } = options;
  checkConv2d(images.shape, weight.shape, { stride, padding, groups });
  if (stride > 1 && isForWebgpu()) return convolveInPhases(images, weight, { stride, padding, groups });
  // jax-js cannot differentiate windows that see nothing but padding, so what is wider than the kernel is written out.
  const implicit = Math.min(padding, weight.shape[2]! - 1, weight.shape[3]! - 1);
  const sides: Pair = [implicit, implicit];
  const explicit = padding - implicit;
  const rim: Pair = [explicit, explicit];
  const padded = explicit === 0 ? images : np.pad(images, [[0, 0], [0, 0], rim, rim]);
  return jax.lax.convGeneralDilated(padded, weight, [stride, stride], [sides, sides], { featureGroupCount: groups });
}

/** [B, Cin, H, W] and [Cin, Cout, kh, kw] -> [B, Cout, H', W']: the gradient of a convolution by its images. */
export function convolveTransposed(images: Tracer, weight: Tracer, options: ConvTranspose2dOptions): Tracer {
  const { stride = 1, padding = 0, outputPadding = 0 } = options;
  checkConvTranspose2d(images.shape, weight.shape, { stride, padding, outputPadding });
  if (stride > 1 && isForWebgpu())
    return convolveTransposedInPhases(images, weight, { stride, padding, outputPadding });
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
  const borders = bordersOf(images, window, stride, padding);
  if (padding === 0) return reduceWindows(withBorders(images, borders), window, stride, (x) => np.mean(x));
  const [rows, columns] = borders.map((border) => sharesOf(border, window, stride)) as [number[], number[]];
  const sums = reduceWindows(withBorders(images, borders), window, stride, (x) => np.sum(x));
  return sums.mul(constant(rows, [rows.length, 1])).mul(constant(columns, [1, columns.length]));
}

/** [B, C, H, W] -> [B, C, H', W']: the maximum each window sees of the image. */
export function maxOfWindows(images: Tracer, window: number, options: PoolOptions): Tracer {
  const { stride = window, padding = 0 } = options;
  checkPool("maxPool2d", images.shape, { window, stride, padding });
  const borders = bordersOf(images, window, stride, padding);
  const bordered = withBorders(images, borders);
  const filled = padding === 0 ? bordered : bordered.add(lowestAtBorders(borders));
  return reduceWindows(filled, window, stride, (x) => np.max(x));
}

function reduceWindows(images: Tracer, window: number, stride: number, reduce: (x: Tracer) => Tracer): Tracer {
  return jax.lax.reduceWindow(images, reduce, [window, window], [stride, stride]);
}

/** What windows see along one axis: padding, the first `seen` places of the image, padding. */
interface Border {
  readonly before: number;
  readonly seen: number;
  readonly after: number;
}

/**
 * Rows and columns exactly as far as windows reach. What no window sees is left out at once: the gradient of jax-js's
 * windows with such a rest does not end on WebGPU (0.1.25).
 */
function bordersOf(images: Tracer, window: number, stride: number, padding: number): Border[] {
  return images.shape.slice(2).map((size) => {
    const rest = (size + 2 * padding - window) % stride;
    return { before: padding, seen: size - Math.max(0, rest - padding), after: Math.max(0, padding - rest) };
  });
}

function withBorders(images: Tracer, borders: readonly Border[]): Tracer {
  const [rows, columns] = borders as [Border, Border];
  const isAllSeen = borders.every(({ seen }, i) => seen === images.shape[i + 2]);
  const seen = isAllSeen ? images : images.slice([], [], [0, rows.seen], [0, columns.seen]);
  if (borders.every(({ before, after }) => before === 0 && after === 0)) return seen;
  return np.pad(seen, [[0, 0], [0, 0], ...borders.map(({ before, after }): Pair => [before, after])]);
}

/** For each window along an axis, 1 / the places of the image that it sees. */
function sharesOf({ before, seen, after }: Border, window: number, stride: number): number[] {
  const numWindows = (before + seen + after - window) / stride + 1;
  return Array.from({ length: numWindows }, (_, i) => {
    const start = i * stride - before;
    return 1 / (Math.min(seen, start + window) - Math.max(0, start));
  });
}

/** To be added: the lowest float32 at the borders, 0 elsewhere. It stands for minus infinity, which WebGPU may not have. */
function lowestAtBorders(borders: readonly Border[]): Tracer {
  const [rows, columns] = borders.map(({ before, seen, after }) =>
    Array.from({ length: before + seen + after }, (_, i) => i < before || i >= before + seen),
  ) as [boolean[], boolean[]];
  const values = rows.flatMap((isBorderRow) =>
    columns.map((isBorderColumn) => (isBorderRow || isBorderColumn ? -LARGEST_FLOAT32 : 0)),
  );
  return constant(values, [rows.length, columns.length]);
}

const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

function constant(values: readonly number[], shape: readonly number[]): Tracer {
  return keepForTrace(np.array(Float32Array.from(values), { shape: [...shape], dtype: np.float32 })).ref;
}
