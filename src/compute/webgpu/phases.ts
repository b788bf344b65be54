/**
 * Strided convolution as a convolution of stride 1 between phases: places whose row and column leave the same remainders
 * by the stride become a channel of their own.
 *
 * On WebGPU, jax-js (0.1.25) sometimes reads a wrong place where a convolution spreads an operand with gaps, as the
 * gradients of a strided one do: unrolling its loop, it rewrites the index (6 i + j − 6) / 18 to (6 i + j − 6) / 18 − 1.
 * Between phases nothing is spread. (Kernels are padded to whole strides: 16 products instead of 9 for 3 x 3 at stride 2.)
 */
import { jax, np, type Tracer } from "../jax.js";

interface Windows {
  readonly stride: number;
  readonly padding: number;
}

/** [B, Cin, H, W] and [Cout, Cin / groups, kh, kw] -> [B, Cout, H', W']. */
export function convolveInPhases(
  images: Tracer,
  weight: Tracer,
  windows: Windows & { readonly groups: number },
): Tracer {
  const { stride, padding, groups } = windows;
  const numTaps = tapsOf(weight, stride);
  const numPlaces = numTaps.map((taps, i) => {
    const [size, kernelSize] = [images.shape[i + 2]!, weight.shape[i + 2]!];
    return Math.floor((size + 2 * padding - kernelSize) / stride) + taps;
  });
  const phases = splitPhases(placed(images, padding, numPlaces, stride), stride); // [B, Cin s s, places]
  const kernel = splitPhases(placed(weight, 0, numTaps, stride), stride); // [Cout, Cin / groups s s, taps]
  return jax.lax.convGeneralDilated(phases, kernel, [1, 1], "VALID", { featureGroupCount: groups });
}

/** [B, Cin, H, W] and [Cin, Cout, kh, kw] -> [B, Cout, H', W'], `outputPadding` wider and higher. */
export function convolveTransposedInPhases(
  images: Tracer,
  weight: Tracer,
  { stride, padding, outputPadding }: Windows & { readonly outputPadding: number },
): Tracer {
  const numTaps = tapsOf(weight, stride);
  const kernel = splitPhases(placed(weight.transpose([1, 0, 2, 3]), 0, numTaps, stride), stride); // [Cout, Cin s s, taps]
  const [cout, , rows, columns] = kernel.shape as [number, number, number, number];
  const cin = images.shape[1]!;
  // Each phase of the result is a convolution of its own: [Cout s s, Cin, taps], turned round.
  const byPhase = kernel
    .reshape([cout, cin, stride * stride, rows, columns])
    .transpose([0, 2, 1, 3, 4])
    .reshape([cout * stride * stride, cin, rows, columns]);
  const borders = numTaps.map((taps): [number, number] => [taps - 1, taps - 1]);
  const phases = jax.lax.convGeneralDilated(images, np.flip(byPhase, [2, 3]), [1, 1], borders);
  const full = joinPhases(phases, stride);
  const ranges = [2, 3].map((axis): [number, number] => {
    const size = (images.shape[axis]! - 1) * stride + weight.shape[axis]! - 2 * padding + outputPadding;
    return [padding, padding + size];
  });
  return extended(full, ranges).slice([], [], ...ranges);
}

/** How many strides the kernel reaches over, by axis. */
function tapsOf(weight: Tracer, stride: number): number[] {
  return weight.shape.slice(2).map((size) => Math.ceil(size / stride));
}

/** `before` zeros, then the array, then zeros or a cut so that there are `counts` strides along each axis. */
function placed(array: Tracer, before: number, counts: readonly number[], stride: number): Tracer {
  const kept = counts.map((count, i): [number, number] => [0, Math.min(array.shape[i + 2]!, count * stride - before)]);
  const after = counts.map((count, i): [number, number] => [before, count * stride - before - kept[i]![1]]);
  return np.pad(array.slice([], [], ...kept), [[0, 0], [0, 0], ...after]);
}

/** Zeros at the end of an axis, where a range reaches beyond it. */
function extended(array: Tracer, ranges: readonly (readonly [number, number])[]): Tracer {
  const after = ranges.map(([, end], i): [number, number] => [0, Math.max(0, end - array.shape[i + 2]!)]);
  return after.every(([, count]) => count === 0) ? array : np.pad(array, [[0, 0], [0, 0], ...after]);
}

/** [B, C, s R, s Q] -> [B, C s s, R, Q]. */
function splitPhases(array: Tracer, stride: number): Tracer {
  const [batch, channels, height, width] = array.shape as [number, number, number, number];
  const [rows, columns] = [height / stride, width / stride];
  return array
    .reshape([batch, channels, rows, stride, columns, stride])
    .transpose([0, 1, 3, 5, 2, 4])
    .reshape([batch, channels * stride * stride, rows, columns]);
}

/** [B, C s s, R, Q] -> [B, C, s R, s Q]. */
function joinPhases(array: Tracer, stride: number): Tracer {
  const [batch, channels, rows, columns] = array.shape as [number, number, number, number];
  return array
    .reshape([batch, channels / stride ** 2, stride, stride, rows, columns])
    .transpose([0, 1, 4, 2, 5, 3])
    .reshape([batch, channels / stride ** 2, rows * stride, columns * stride]);
}
