/**
 * Convolutions of 3 x 3 at stride 1 with fewer multiplications (Winograd; Lavin and Gray 2016, arXiv:1509.09308). The
 * outputs are cut into tiles of m x m, each of which sees n x n inputs, n = m + 2, shared with its neighbours'. With the
 * matrices of `winograd-matrices.ts` on the tile's elements, and one matrix product over channels for each of n² values,
 *   V = Bᵀ d B        [n², T, C]   the input tiles, T = batch x tiles
 *   U = G g Gᵀ        [n², O, C]   the kernels
 *   M = V Uᵀ          [n², T, O]   n² products instead of 9 m²: 2.25 times fewer at m = 2, 4 times at m = 4
 *   y = Aᵀ M A        [m², T, O]   the output tiles
 * The gradient by the images is the same with the kernel turned around. The gradient by the kernel runs backwards,
 *   dM = A dy Aᵀ [n², T, O],   dU = dMᵀ V [n², O, C],   dg = Gᵀ dU G,
 * from the V of forward. Each change of tiles is one Gemm with a constant. Values are at most 3e-5 of the largest off.
 */
import { sizeOf } from "../host-array.js";
import { arrangeDims, channelsFirst, outermostStride, sizeAt, spatialAxes } from "./convolution-layout.js";
import { withZeroRow } from "./gather-rows.js";
import type { OnnxGraph, Value } from "./onnx-graph.js";
import type { View } from "./views.js";
import { contiguousView, permute } from "./views.js";
import { KERNEL_SIZE, type Matrix, type TileSize, winogradMatrices } from "./winograd-matrices.js";

type Pair = readonly [number, number];

/** The images of a convolution and how tiles lie on them. */
export interface Tiling {
  readonly tileSize: TileSize;
  readonly batch: number;
  /** Height and width of the images, and of the convolution's outputs. */
  readonly inputs: Pair;
  readonly outputs: Pair;
  /** Zeros above and to the left of the images. */
  readonly before: Pair;
}

/** lhs [B, C, H, W] * rhs [O, C, 3, 3] -> [B, O, H', W']. */
export function winogradForward(graph: OnnxGraph, lhs: View, rhs: View, tiling: Tiling, isFlipped: boolean): View {
  const { batch, outputs } = tiling;
  const outChannels = sizeAt(rhs, 0);
  const tiles = inputTiles(graph, lhs, [0], [1], tiling);
  const kernels = kernelTiles(graph, rhs, tiling.tileSize, isFlipped);
  const products = tileProducts(graph, tiles, kernels, outChannels);
  const images = joinTiles(graph, products, outChannels, tiling);
  return channelsFirst(graph, images, batch, outputs, outChannels);
}

/**
 * The gradient by the kernel, in which images and channels have changed places:
 * lhs [C, B, H, W] * rhs [O, B, H', W'] -> [C, O, 3, 3].
 */
export function winogradByKernel(graph: OnnxGraph, lhs: View, rhs: View, tiling: Tiling): View {
  const [channels, outChannels] = [sizeAt(lhs, 0), sizeAt(rhs, 0)];
  const { kernel, inputSize } = winogradMatrices(tiling.tileSize);
  const tiles = inputTiles(graph, lhs, [1], [0], tiling);
  const gradients = outputTileGradients(graph, rhs, tiling);
  const ofKernels = batchedProduct(graph, gradients, tiles, {}, [inputSize ** 2, outChannels, channels]);
  const rows = graph.reshape(ofKernels, [inputSize ** 2, outChannels * channels]);
  const gradient = graph.emit("Gemm", [rows, constant(graph, kernel)], [outChannels * channels, KERNEL_SIZE ** 2], {
    attributes: { transA: 1, transB: 0 },
  });
  const shaped = graph.reshape(gradient, [outChannels, channels, KERNEL_SIZE, KERNEL_SIZE]);
  return permute(contiguousView(shaped), [1, 0, 2, 3]);
}

/** V: [n², T, C]. */
function inputTiles(
  graph: OnnxGraph,
  images: View,
  batchAxes: readonly number[],
  channelAxes: readonly number[],
  tiling: Tiling,
): Value {
  const { input, inputSize } = winogradMatrices(tiling.tileSize);
  const channels = sizeAt(images, channelAxes[0]!);
  const numRows = tiling.batch * sizeOf(tiling.inputs);
  const rows = arrangeDims(graph, images, [batchAxes, spatialAxes(images), channelAxes], [1, numRows, channels]);
  const numTiles = tiling.batch * sizeOf(tileCounts(tiling));
  const padded = graph.reshape(withZeroRow(graph, rows), [numRows + 1, channels]);
  const index = tileRows(graph, tiling);
  const cut = graph.emit("Gather", [padded, index], [inputSize ** 2, numTiles, channels], { attributes: { axis: 0 } });
  return transformTiles(graph, input, cut);
}

/** The rows that tiles see, [n², T]: rows of one image, plus where each image begins. */
function tileRows(graph: OnnxGraph, tiling: Tiling): Value {
  const { tileSize, batch, inputs, before } = tiling;
  const { inputSize } = winogradMatrices(tileSize);
  const [height, width] = inputs;
  const [tilesDown, tilesAcross] = tileCounts(tiling);
  const outside = -(batch + 1) * height * width;
  const rows: number[] = [];
  for (let i = 0; i < inputSize; i++)
    for (let j = 0; j < inputSize; j++)
      for (let down = 0; down < tilesDown; down++)
        for (let across = 0; across < tilesAcross; across++) {
          const row = down * tileSize + i - before[0];
          const column = across * tileSize + j - before[1];
          const isInside = row >= 0 && row < height && column >= 0 && column < width;
          rows.push(isInside ? row * width + column : outside);
        }
  const numTiles = tilesDown * tilesAcross;
  const shape = [inputSize ** 2, batch, numTiles];
  const inImage = graph.constant(Int32Array.from(rows), [inputSize ** 2, 1, numTiles], "int32");
  const starts = graph.constant(
    Int32Array.from({ length: batch }, (_, b) => b * height * width),
    [batch, 1],
    "int32",
  );
  // What is outside of its image is still negative: -1 is the last row, the one of zeros.
  const rowOrOutside = graph.emit("Add", [inImage, starts], shape);
  const index = graph.emit("Max", [rowOrOutside, graph.scalar(-1, "int32")], shape);
  return graph.reshape(index, [inputSize ** 2, batch * numTiles]);
}

/** U: [n², O, C], or [n², C, O] where the kernel's memory has the channels outermost. */
function kernelTiles(graph: OnnxGraph, rhs: View, tileSize: TileSize, isFlipped: boolean): Kernels {
  const matrices = winogradMatrices(tileSize);
  const isOutInner = outermostStride(rhs, 0) < outermostStride(rhs, 1);
  const axes = isOutInner ? [1, 0] : [0, 1];
  const [outer, inner] = axes.map((axis) => sizeAt(rhs, axis)) as [number, number];
  const weights = arrangeDims(graph, rhs, [axes, spatialAxes(rhs)], [outer * inner, KERNEL_SIZE ** 2]);
  const matrix = isFlipped ? matrices.flippedKernel : matrices.kernel;
  const product = graph.emit("Gemm", [constant(graph, matrix), weights], [matrix.rows, outer * inner], {
    attributes: { transA: 0, transB: 1 },
  });
  return { value: graph.reshape(product, [matrix.rows, outer, inner]), isOutInner };
}

interface Kernels {
  readonly value: Value;
  /** [n², C, O] rather than [n², O, C]. */
  readonly isOutInner: boolean;
}

/** M, with the longer of tiles and output channels as rows: a Gemm walks rows, and copies the other operand first. */
function tileProducts(graph: OnnxGraph, tiles: Value, kernels: Kernels, outChannels: number): Products {
  const [numValues, numTiles] = tiles.shape as [number, number, number];
  const { value, isOutInner } = kernels;
  if (numTiles >= outChannels) {
    const flags = isOutInner ? {} : { transB: 1 as const };
    const product = batchedProduct(graph, tiles, value, flags, [numValues, numTiles, outChannels]);
    return { value: product, isTilesInner: false };
  }
  const flags = isOutInner ? { transA: 1 as const, transB: 1 as const } : { transB: 1 as const };
  const product = batchedProduct(graph, value, tiles, flags, [numValues, outChannels, numTiles]);
  return { value: product, isTilesInner: true };
}

interface Products {
  readonly value: Value;
  /** [n², O, T] rather than [n², T, O]. */
  readonly isTilesInner: boolean;
}

/** y: products [n², T, O] to images [B, H', W', O]. */
function joinTiles(graph: OnnxGraph, { value, isTilesInner }: Products, channels: number, tiling: Tiling): Value {
  const { tileSize, batch, outputs } = tiling;
  const [down, across] = tileCounts(tiling);
  const transformed = transformTiles(graph, winogradMatrices(tileSize).output, value);
  const tiles = [batch, down, across];
  const shape = [tileSize, tileSize, ...(isTilesInner ? [channels, ...tiles] : [...tiles, channels])];
  const perm = isTilesInner ? [3, 4, 0, 5, 1, 2] : [2, 3, 0, 4, 1, 5];
  const joinedShape = [batch, down, tileSize, across, tileSize, channels];
  const joined = graph.emit("Transpose", [graph.reshape(transformed, shape)], joinedShape, { attributes: { perm } });
  const [height, width] = [down * tileSize, across * tileSize];
  const images = graph.reshape(joined, [batch, height, width, channels]);
  if (height === outputs[0] && width === outputs[1]) return images;
  const bounds = [graph.integers([0, 0]), graph.integers(outputs), graph.integers([1, 2])];
  return graph.emit("Slice", [images, ...bounds], [batch, ...outputs, channels]);
}

/**
 * dMᵀ: the gradients [O, B, H', W'] as tiles, [n², O, T]. Turned around before they grow to n² values: a Gemm that is
 * told to read its left operand transposed does so again for every block of columns.
 */
function outputTileGradients(graph: OnnxGraph, gradients: View, tiling: Tiling): Value {
  const { tileSize, batch, outputs } = tiling;
  const channels = sizeAt(gradients, 0);
  const [down, across] = tileCounts(tiling);
  const [height, width] = [down * tileSize, across * tileSize];
  const images = arrangeDims(graph, gradients, [[1], [2, 3], [0]], [batch, ...outputs, channels]);
  const isWhole = height === outputs[0] && width === outputs[1];
  const after = [0, height - outputs[0], width - outputs[1], 0];
  const padded = isWhole
    ? images
    : graph.emit("Pad", [images, graph.integers([0, 0, 0, 0, ...after])], [batch, height, width, channels]);
  const tiled = graph.reshape(padded, [batch, down, tileSize, across, tileSize, channels]);
  const shape = [tileSize, tileSize, batch, down, across, channels];
  const cut = graph.emit("Transpose", [tiled], shape, { attributes: { perm: [2, 4, 0, 1, 3, 5] } });
  const numTiles = batch * down * across;
  const tiles = graph.reshape(cut, [tileSize ** 2, numTiles, channels]);
  const turned = graph.emit("Transpose", [tiles], [tileSize ** 2, channels, numTiles], {
    attributes: { perm: [0, 2, 1] },
  });
  return transformTiles(graph, winogradMatrices(tileSize).output, turned, { isTransposed: true });
}

/** A matrix on the first axis, that of a tile's elements. */
function transformTiles(graph: OnnxGraph, matrix: Matrix, tiles: Value, { isTransposed = false } = {}): Value {
  const [size, ...rest] = tiles.shape as [number, ...number[]];
  const numRows = isTransposed ? matrix.columns : matrix.rows;
  const flat = graph.reshape(tiles, [size, sizeOf(rest)]);
  const product = graph.emit("Gemm", [constant(graph, matrix), flat], [numRows, sizeOf(rest)], {
    attributes: { transA: Number(isTransposed), transB: 0 },
  });
  return graph.reshape(product, [numRows, ...rest]);
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

function constant(graph: OnnxGraph, { rows, columns, data }: Matrix): Value {
  return graph.constant(data, [rows, columns], "float32");
}

function tileCounts({ tileSize, outputs }: Tiling): [number, number] {
  return [Math.ceil(outputs[0] / tileSize), Math.ceil(outputs[1] / tileSize)];
}
