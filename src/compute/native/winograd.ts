/**
 * Convolutions of 3 x 3 with fewer multiplications (Winograd; Lavin and Gray 2016, arXiv:1509.09308). The outputs are
 * cut into tiles of m x m, each of which sees n x n inputs, n = m + 2, shared with its neighbours'. With the matrices of
 * `winograd-matrices.ts` on a tile's elements, and one matrix product over channels for each of n² values,
 *   V = Bᵀ d B        [n², T, C]   the input tiles, T = batch x tiles
 *   U = G g Gᵀ        [n², O, C]   the kernels
 *   M = V Uᵀ          [n², T, O]   n² products instead of 9 m²: 2.25 times fewer at m = 2, 4 times at m = 4
 *   y = Aᵀ M A        [m², T, O]   the output tiles
 * The gradient by the images is the same with the kernel turned around. The gradient by the kernel runs backwards,
 *   dM = A dy Aᵀ [n², T, O],   dU = dMᵀ V [n², O, C],   dg = Gᵀ dU G,
 * from the V of forward. Each change of tiles is one Gemm with a constant.
 *
 * With a stride of 2 the even and the odd rows and columns of the images are four images, phases, and each output sees
 * 2 x 2 of each: the phases are channels of a convolution at stride 1, of 2 x 2 taps, and n = m + 1. In the gradient by
 * the images it is the outputs that come in phases.
 *
 * Accuracy in float32: within 3e-5 of the largest value (1e-6 relative root mean square; products directly: 2e-7).
 */
import { arrangeDims, channelsFirst, outermostStride, sizeAt } from "./convolution-layout.js";
import type { OnnxGraph, Value } from "./onnx-graph.js";
import { contiguousView, permute, type View } from "./views.js";
import { kronecker, winogradMatrices } from "./winograd-matrices.js";
import type { PhaseTaps, WinogradPlan } from "./winograd-plan.js";
import {
  cutInputTiles,
  cutOutputTiles,
  inputSizeOfTiles,
  joinOutputTiles,
  KERNEL_SIZE,
  type Tiling,
  transformTiles,
} from "./winograd-tiles.js";

/** lhs [B, C, H, W] * rhs [O, C, 3, 3] -> [B, O, H', W']. */
export function winogradForward(graph: OnnxGraph, lhs: View, rhs: View, { tiling, taps }: WinogradPlan): View {
  const outChannels = sizeAt(rhs, 0);
  // Phases run outside of channels: where there are any, so must the channels of the kernel outside of its outputs.
  const isOutInner = tiling.stride > 1 || outermostStride(rhs, 0) < outermostStride(rhs, 1);
  const products = tileProducts(graph, lhs, rhs, { tiling, taps }, isOutInner);
  const images = joinOutputTiles(graph, products, outChannels, 1, tiling);
  return channelsFirst(graph, images, tiling.batch, tiling.outputs, outChannels);
}

/**
 * The gradient by the images of a convolution with stride 2, in which lhs, the gradient by its outputs, is spread out:
 * lhs [B, O, H', W'] * rhs [C, O, 3, 3] -> [B, C, H, W], H and W being `outputs` of the tiling, which come in phases.
 */
export function winogradSpread(graph: OnnxGraph, lhs: View, rhs: View, { tiling, taps }: WinogradPlan): View {
  const channels = sizeAt(rhs, 0);
  const products = tileProducts(graph, lhs, rhs, { tiling, taps }, false);
  const images = joinOutputTiles(graph, products, channels, taps[0].length, tiling);
  return channelsFirst(graph, images, tiling.batch, tiling.outputs, channels);
}

/**
 * The gradient by the kernel, in which images and channels have changed places:
 * lhs [C, B, H, W] * rhs [O, B, H', W'] -> [C, O, 3, 3].
 */
export function winogradByKernel(graph: OnnxGraph, lhs: View, rhs: View, { tiling, taps }: WinogradPlan): View {
  const [channels, outChannels] = [sizeAt(lhs, 0), sizeAt(rhs, 0)];
  const numValues = inputSizeOfTiles(tiling) ** 2;
  const numPhases = tiling.stride ** 2;
  const inputs = inputValues(graph, lhs, [1, 0], tiling);
  const { output } = winogradMatrices(tiling.tileSize, tiling.numTaps);
  const tiles = cutOutputTiles(graph, rhs, tiling);
  const gradients = transformTiles(graph, kronecker(output, output), tiles, { isTransposed: true });
  const product = batchedProduct(graph, gradients, inputs, {}, [numValues, outChannels, numPhases * channels]);
  const byPhase = permute(contiguousView(product, [numValues, outChannels, numPhases, channels]), [0, 2, 1, 3]);
  const rows = arrangeDims(graph, byPhase, [[0], [1], [2], [3]], [numValues * numPhases, outChannels * channels]);
  const matrix = kernelMatrix(tiling, taps);
  const constant = graph.constant(Float32Array.from(matrix.flat()), [matrix.length, KERNEL_SIZE ** 2], "float32");
  const gradient = graph.emit("Gemm", [rows, constant], [outChannels * channels, KERNEL_SIZE ** 2], {
    attributes: { transA: 1, transB: 0 },
  });
  const shaped = graph.reshape(gradient, [outChannels, channels, KERNEL_SIZE, KERNEL_SIZE]);
  return permute(contiguousView(shaped), [1, 0, 2, 3]);
}

/** V: [n², T, phases·C]. */
function inputValues(graph: OnnxGraph, images: View, axes: readonly [number, number], tiling: Tiling): Value {
  const { input } = winogradMatrices(tiling.tileSize, tiling.numTaps);
  return transformTiles(graph, kronecker(input, input), cutInputTiles(graph, images, axes, tiling));
}

/** U: [n², phases·O, C], or [n², phases·C, O] if the outputs are to run inside. */
function kernelValues(
  graph: OnnxGraph,
  rhs: View,
  tiling: Tiling,
  taps: readonly [PhaseTaps, PhaseTaps],
  isOutInner: boolean,
): Value {
  const axes = isOutInner ? [1, 0] : [0, 1];
  const [outer, inner] = axes.map((axis) => sizeAt(rhs, axis)) as [number, number];
  const weights = arrangeDims(graph, rhs, [axes, [2, 3]], [outer * inner, KERNEL_SIZE ** 2]);
  const matrix = kernelMatrix(tiling, taps);
  const constant = graph.constant(Float32Array.from(matrix.flat()), [matrix.length, KERNEL_SIZE ** 2], "float32");
  const values = graph.emit("Gemm", [constant, weights], [matrix.length, outer * inner], {
    attributes: { transA: 0, transB: 1 },
  });
  const numValues = inputSizeOfTiles(tiling) ** 2;
  return graph.reshape(values, [numValues, (matrix.length / numValues) * outer, inner]);
}

/** G ⊗ G on the weights of each phase: [(n², phases), 9]. */
function kernelMatrix({ tileSize, numTaps }: Tiling, taps: readonly [PhaseTaps, PhaseTaps]): number[][] {
  const { kernel } = winogradMatrices(tileSize, numTaps);
  // Along one axis: the row of a value and a phase says how it is made of the three weights.
  const [down, across] = taps.map((phases) =>
    kernel.map((row) =>
      phases.map((weightAt) => Array.from({ length: KERNEL_SIZE }, (_, weight) => row[weightAt.indexOf(weight)] ?? 0)),
    ),
  ) as [number[][][], number[][][]];
  return down.flatMap((phasesDown) =>
    across.flatMap((phasesAcross) => kronecker(phasesDown, phasesAcross) as number[][]),
  );
}

/** Aᵀ M A: [m², T, phases·O]. */
function tileProducts(
  graph: OnnxGraph,
  lhs: View,
  rhs: View,
  { tiling, taps }: WinogradPlan,
  isOutInner: boolean,
): Value {
  // ONNX Runtime runs the operand with the later number first: the kernels would lie in memory while the images,
  // with all that leads to them, are computed.
  const kernels = kernelValues(graph, rhs, tiling, taps, isOutInner);
  const inputs = inputValues(graph, lhs, [0, 1], tiling);
  const { output } = winogradMatrices(tiling.tileSize, tiling.numTaps);
  return transformTiles(graph, kronecker(output, output), multiply(graph, inputs, kernels, isOutInner));
}

/** M: [n², T, phases·O], the rows of the product being whichever are more: a Gemm copies its other operand first. */
function multiply(graph: OnnxGraph, inputs: Value, kernels: Value, isOutInner: boolean): Value {
  const [numValues, numTiles] = inputs.shape as [number, number, number];
  const numOutputs = kernels.shape[isOutInner ? 2 : 1]!;
  if (numTiles >= numOutputs) {
    const flags = isOutInner ? {} : { transB: 1 as const };
    return batchedProduct(graph, inputs, kernels, flags, [numValues, numTiles, numOutputs]);
  }
  const flags = isOutInner ? { transA: 1 as const, transB: 1 as const } : { transB: 1 as const };
  const product = batchedProduct(graph, kernels, inputs, flags, [numValues, numOutputs, numTiles]);
  return arrangeDims(graph, contiguousView(product), [[0], [2], [1]], [numValues, numTiles, numOutputs]);
}

function batchedProduct(
  graph: OnnxGraph,
  left: Value,
  right: Value,
  flags: { transA?: 1; transB?: 1 },
  shape: readonly number[],
): Value {
  const attributes = { transA: 0, transB: 0, ...flags };
  return graph.emit("FusedMatMul", [left, right], shape, { domain: "com.microsoft", attributes });
}
