/** Images cut into the tiles of Winograd's products (`winograd.ts`), and tiles joined to images. */
import { sizeOf } from "../host-array.js";
import { arrangeDims, sizeAt } from "./convolution-layout.js";
import { withZeroRow } from "./gather-rows.js";
import type { OnnxGraph, Value } from "./onnx-graph.js";
import { contiguousView, type View } from "./views.js";
import { inputSizeOf, type Matrix, type NumTaps, type TileSize } from "./winograd-matrices.js";

export const KERNEL_SIZE = 3;

type Pair = readonly [number, number];

/** How tiles lie on the images of a convolution and on its outputs. */
export interface Tiling {
  readonly tileSize: TileSize;
  readonly numTaps: NumTaps;
  readonly batch: number;
  /** Height and width of the images, and of the outputs. */
  readonly inputs: Pair;
  readonly outputs: Pair;
  /** Outputs of one phase that tiles must cover: the outputs themselves, but where they come in phases. */
  readonly covered: Pair;
  /** Zeros above and to the left of the images. */
  readonly before: Pair;
  /** Steps on the images from output to output: so many phases they have along each axis. */
  readonly stride: number;
}

export function inputSizeOfTiles({ tileSize, numTaps }: Tiling): number {
  return inputSizeOf(tileSize, numTaps);
}

/** Images with their [batch, channel] axes, and [H, W] last, as input tiles [n², T, phases·C]. */
export function cutInputTiles(
  graph: OnnxGraph,
  images: View,
  [batchAxis, channelAxis]: readonly [number, number],
  tiling: Tiling,
): Value {
  const { batch, stride } = tiling;
  const channels = sizeAt(images, channelAxis);
  const numRows = batch * sizeOf(tiling.inputs);
  const rows = arrangeDims(graph, images, [[batchAxis], [2, 3], [channelAxis]], [1, numRows, channels]);
  const padded = graph.reshape(withZeroRow(graph, rows), [numRows + 1, channels]);
  const index = rowsOfTiles(graph, tiling);
  const cut = graph.emit("Gather", [padded, index], [...index.shape, channels], { attributes: { axis: 0 } });
  const numTiles = batch * sizeOf(tileCounts(tiling));
  return graph.reshape(cut, [inputSizeOfTiles(tiling) ** 2, numTiles, stride ** 2 * channels]);
}

/** The rows that tiles see, [n², batch, tiles·phases]: those of one image, plus where each image begins. */
function rowsOfTiles(graph: OnnxGraph, tiling: Tiling): Value {
  const { batch, inputs } = tiling;
  const numValues = inputSizeOfTiles(tiling) ** 2;
  const [height, width] = inputs;
  const outside = -(batch + 1) * height * width;
  const [down, across] = [placesOfTiles(tiling, 0), placesOfTiles(tiling, 1)];
  const rows = down.flatMap((tilesDown) =>
    across.flatMap((tilesAcross) =>
      tilesDown.flatMap((phasesDown) =>
        tilesAcross.flatMap((phasesAcross) =>
          phasesDown.flatMap((row) =>
            phasesAcross.map((column) => (row < 0 || column < 0 ? outside : row * width + column)),
          ),
        ),
      ),
    ),
  );
  const perImage = rows.length / numValues;
  const inImage = graph.constant(Int32Array.from(rows), [numValues, 1, perImage], "int32");
  const starts = Int32Array.from({ length: batch }, (_, b) => b * height * width);
  // What is outside of its image is still negative: -1 is the last row, the one of zeros.
  const shape = [numValues, batch, perImage];
  const rowOrOutside = graph.emit("Add", [inImage, graph.constant(starts, [batch, 1], "int32")], shape);
  return graph.emit("Max", [rowOrOutside, graph.scalar(-1, "int32")], shape);
}

/** Along one axis, the place on the image of [element of the tile][tile][phase], or -1 outside. */
function placesOfTiles(tiling: Tiling, axis: 0 | 1): number[][][] {
  const { tileSize, inputs, before, stride } = tiling;
  const place = (element: number, tile: number, phase: number) => {
    const at = stride * (tile * tileSize + element) + phase - before[axis];
    return at < inputs[axis] ? Math.max(-1, at) : -1;
  };
  const numTiles = tileCounts(tiling)[axis];
  return Array.from({ length: inputSizeOfTiles(tiling) }, (_, element) =>
    Array.from({ length: numTiles }, (_, tile) =>
      Array.from({ length: stride }, (_, phase) => place(element, tile, phase)),
    ),
  );
}

/**
 * Gradients [O, B, H', W'] as tiles [m², O, T]. Turned around before they grow to n² values: a Gemm that is told to read
 * its left operand transposed does so again for every block of columns.
 */
export function cutOutputTiles(graph: OnnxGraph, gradients: View, tiling: Tiling): Value {
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
  const split = contiguousView(padded, [batch, down, tileSize, across, tileSize, channels]);
  const numTiles = batch * down * across;
  // Whole rows of channels first: in one Transpose every number would move alone.
  const tiles = arrangeDims(graph, split, [[2], [4], [0], [1], [3], [5]], [tileSize ** 2, numTiles, channels]);
  return arrangeDims(graph, contiguousView(tiles), [[0], [2], [1]], [tileSize ** 2, channels, numTiles]);
}

/** Output tiles [m², T, phases²·O] as images [B, H', W', O]. */
export function joinOutputTiles(
  graph: OnnxGraph,
  tiles: Value,
  channels: number,
  phases: number,
  tiling: Tiling,
): Value {
  const { tileSize, batch, outputs } = tiling;
  const [down, across] = tileCounts(tiling);
  const split = contiguousView(tiles, [tileSize, tileSize, batch, down, across, phases, phases, channels]);
  const [height, width] = [down * tileSize * phases, across * tileSize * phases];
  const order = [[2], [3], [0], [5], [4], [1], [6], [7]];
  const images = arrangeDims(graph, split, order, [batch, height, width, channels]);
  if (height === outputs[0] && width === outputs[1]) return images;
  const bounds = [graph.integers([0, 0]), graph.integers(outputs), graph.integers([1, 2])];
  return graph.emit("Slice", [images, ...bounds], [batch, ...outputs, channels]);
}

/** A matrix on the first axis, that of a tile's elements. */
export function transformTiles(graph: OnnxGraph, matrix: Matrix, tiles: Value, { isTransposed = false } = {}): Value {
  const [size, ...rest] = tiles.shape as [number, ...number[]];
  const shape = [matrix.length, matrix[0]!.length] as const;
  const numRows = shape[isTransposed ? 1 : 0];
  const constant = graph.constant(Float32Array.from(matrix.flat()), shape, "float32");
  const product = graph.emit("Gemm", [constant, graph.reshape(tiles, [size, sizeOf(rest)])], [numRows, sizeOf(rest)], {
    attributes: { transA: Number(isTransposed), transB: 0 },
  });
  return graph.reshape(product, [numRows, ...rest]);
}

/** Tiles along each axis. */
export function tileCounts({ tileSize, covered }: Pick<Tiling, "tileSize" | "covered">): [number, number] {
  return [Math.ceil(covered[0] / tileSize), Math.ceil(covered[1] / tileSize)];
}
