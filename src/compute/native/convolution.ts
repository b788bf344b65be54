/**
 * Convolution as matrix products. jax-js has one primitive for a convolution and both its gradients:
 *   out[b, o, p] = Σ_c Σ_k lhs[b, c, (p·stride + k·rhsDilation − pad) / lhsDilation] · rhs[o, c, k]
 * (terms whose position is outside of lhs, or between its dilated elements, are 0). Each of the three becomes one Gemm
 * over the whole batch, with channels innermost in memory, and one Gather that lays out the neighbourhoods:
 *   forward            few k:  patches[b, p, (k, c)] x rhs[(k, c), o]
 *   gradient by rhs    few p:  patches[(p, b), (c, k)] x rhs[(c, k), o]; these patches are the forward's, shared
 *   gradient by lhs    lhsDilation: lhs[b, i, c] x rhs[c, (k, o)], then each p sums the (i, k) that meet there
 * Where sizes make it pay (`winograd-plan.ts`), 3 x 3 convolutions at strides 1 and 2 take fewer multiplications on tiles
 * instead (`winograd.ts`). Layers that follow run channels-innermost as well, since views carry the order of memory along.
 */
import { sizeOf } from "../host-array.js";
import { arrangeDims, channelsFirst, sizeAt, spatialAxes, withoutBroadcasts } from "./convolution-layout.js";
import { exchangeOperands, isBetterExchanged } from "./exchange-operands.js";
import type { Expression } from "./expression.js";
import { coordinates, gatherRows, isRagged, sumRows, withZeroRow } from "./gather-rows.js";
import { groupedConvolution } from "./grouped-convolution.js";
import { type LoweringContext, type LoweringRule, unsupported } from "./lowering.js";
import type { OnnxGraph, Value } from "./onnx-graph.js";
import { contiguousView, permute, type View } from "./views.js";
import { winogradByKernel, winogradForward, winogradSpread } from "./winograd.js";
import { planForward, planSpread } from "./winograd-plan.js";

type Pair = readonly [number, number];
interface ConvolutionParameters {
  readonly vmapDims: number;
  readonly strides: readonly number[];
  readonly padding: readonly Pair[];
  readonly lhsDilation: readonly number[];
  readonly rhsDilation: readonly number[];
}

/** Sizes of the spatial axes, and where things meet. */
interface Geometry extends ConvolutionParameters {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly taps: readonly number[];
  /** The kernel is read backwards. */
  readonly isFlipped: boolean;
}

export const convolution: LoweringRule = (context, expression, operands) => {
  const parameters = expression.parameters as unknown as ConvolutionParameters;
  if (parameters.vmapDims !== 0) return groupedConvolution(context, expression, operands);
  if (isBetterExchanged(expression)) return exchangeOperands(convolution)(context, expression, operands);
  const lhs = withoutBroadcasts(context.graph, operands[0]!);
  const { view, isFlipped } = readKernel(context, expression, operands[1]!);
  const rhs = withoutBroadcasts(context.graph, view);
  const inputs = expression.operands[0]!.shape.slice(2);
  const taps = expression.operands[1]!.shape.slice(2);
  const geometry = { ...parameters, inputs, taps, outputs: expression.shape.slice(2), isFlipped };
  const { graph } = context;
  const meeting = { ...geometry, before: parameters.padding.map(([first]) => first) };
  const [batch, channels, outChannels] = [sizeAt(lhs, 0), sizeAt(lhs, 1), sizeAt(rhs, 0)];
  if (parameters.lhsDilation.some((dilation) => dilation !== 1)) {
    const plan = planSpread(meeting, { batch, channels, outChannels });
    return plan === undefined ? spread(graph, lhs, rhs, geometry) : winogradSpread(graph, lhs, rhs, plan);
  }
  if (isGradientByKernel(lhs, geometry)) {
    const { strides, rhsDilation, outputs } = geometry;
    const forward = { ...meeting, taps: outputs, outputs: taps, strides: rhsDilation, rhsDilation: strides };
    const plan = isFlipped ? undefined : planForward(forward, { batch: channels, channels: batch, outChannels });
    return plan === undefined ? overPositions(graph, lhs, rhs, geometry) : winogradByKernel(graph, lhs, rhs, plan);
  }
  const plan = planForward(meeting, { batch, channels, outChannels });
  return plan === undefined ? overTaps(graph, lhs, rhs, geometry) : winogradForward(graph, lhs, rhs, plan);
};

/**
 * In the gradient by the kernel, images and channels have changed places. Seen by the memory of lhs, where channels
 * are innermost; where neither is, by the kernel being the larger map.
 */
function isGradientByKernel(lhs: View, { taps, outputs }: Geometry): boolean {
  const innermost = (axis: number) => Math.min(...lhs.dims[axis]!.map(({ stride }) => stride));
  if (innermost(1) === 1) return false;
  return innermost(0) === 1 || sizeOf(taps) > sizeOf(outputs);
}

/** A kernel that was turned around only for this is read as it was, in the other direction. */
function readKernel(context: LoweringContext, expression: Expression, view: View): { view: View; isFlipped: boolean } {
  const kernel = expression.operands[1]!;
  const spatial = kernel.shape.slice(2).map((_, i) => i + 2);
  const isTurned = kernel.operator === "flip" && String(kernel.parameters.axis) === String(spatial);
  return isTurned ? { view: context.viewOf(kernel.operands[0]!), isFlipped: true } : { view, isFlipped: false };
}

/** patches [B·P, K·C] x rhs [K·C, O] -> [B, P, O]. */
function overTaps(graph: OnnxGraph, lhs: View, rhs: View, geometry: Geometry): View {
  const [batch, channels, outChannels] = [sizeAt(lhs, 0), sizeAt(lhs, 1), sizeAt(rhs, 0)];
  const [numPositions, numTaps] = [sizeOf(geometry.outputs), sizeOf(geometry.taps)];
  const patches = gatherPatches(graph, lhs, [0], [1], geometry, "position");
  const rows = graph.reshape(patches, [batch * numPositions, numTaps * channels]);
  const kernel = arrangeDims(graph, rhs, [[0], spatialAxes(rhs), [1]], [outChannels, numTaps * channels]);
  const product = gemm(graph, rows, kernel, { transB: 1 }, [batch * numPositions, outChannels]);
  return channelsFirst(graph, product, batch, geometry.outputs, outChannels);
}

/** rhs [O, C·K] x patches [C·K, P·B] -> [O, P, B]: the batch of lhs is small, its "channels" are summed. */
function overPositions(graph: OnnxGraph, lhs: View, rhs: View, geometry: Geometry): View {
  const [outer, summed, outChannels] = [sizeAt(lhs, 0), sizeAt(lhs, 1), sizeAt(rhs, 0)];
  const [numPositions, numTaps] = [sizeOf(geometry.outputs), sizeOf(geometry.taps)];
  const patches = gatherPatches(graph, lhs, [1], [0], geometry, "tap");
  const rows = graph.reshape(patches, [summed * numTaps, numPositions * outer]);
  // Transposed once, here: a Gemm told to read it so does it again for every block of columns.
  const kernel = arrangeDims(graph, rhs, [[0], [1], spatialAxes(rhs)], [outChannels, summed * numTaps]);
  // [O, P·B]: with the roles of forward, this is the memory order of the weight it is the gradient of, up to taps.
  const product = gemm(graph, kernel, rows, {}, [outChannels, numPositions * outer]);
  const shaped = graph.reshape(product, [outChannels, ...geometry.outputs, outer]);
  const rank = shaped.shape.length;
  return permute(contiguousView(shaped), [rank - 1, 0, ...geometry.outputs.map((_, i) => i + 1)]);
}

/** lhs [B·I, C] x rhs [C, K·O], then each position sums what meets there. */
function spread(graph: OnnxGraph, lhs: View, rhs: View, geometry: Geometry): View {
  if (geometry.strides.some((stride) => stride !== 1)) {
    throw unsupported("conv with both stride and lhsDilation", "Use one of them.");
  }
  const [batch, channels, outChannels] = [sizeAt(lhs, 0), sizeAt(lhs, 1), sizeAt(rhs, 0)];
  const [numInputs, numTaps] = [sizeOf(geometry.inputs), sizeOf(geometry.taps)];
  const meeting = meetingRows(geometry);
  // Where unlike numbers meet, an input of zeros after the others gives the rows that fill up.
  const numRows = isRagged(meeting) ? numInputs + 1 : numInputs;
  const image = arrangeDims(graph, lhs, [[0], spatialAxes(lhs), [1]], [batch, numInputs, channels]);
  const padded = numRows > numInputs ? withZeroRow(graph, image) : image;
  const kernel = arrangeDims(graph, rhs, [[1], spatialAxes(rhs), [0]], [channels, numTaps * outChannels]);
  const rows = graph.reshape(padded, [batch * numRows, channels]);
  const product = gemm(graph, rows, kernel, {}, [batch * numRows, numTaps * outChannels]);
  const contributions = graph.reshape(product, [batch, numRows * numTaps, outChannels]);
  const summed = sumRows(graph, contributions, meeting, numInputs * numTaps);
  return channelsFirst(graph, summed, batch, geometry.outputs, outChannels);
}

/**
 * The neighbourhoods of lhs: [kept, rows, columns, inner], where rows and columns are positions and taps, whichever
 * way round `rowsAre` says.
 */
function gatherPatches(
  graph: OnnxGraph,
  lhs: View,
  keptAxes: readonly number[],
  innerAxes: readonly number[],
  geometry: Geometry,
  rowsAre: "position" | "tap",
): Value {
  const numInputs = sizeOf(geometry.inputs);
  const kept = sizeAt(lhs, keptAxes[0]!);
  const inner = sizeAt(lhs, innerAxes[0]!);
  const image = arrangeDims(graph, lhs, [keptAxes, spatialAxes(lhs), innerAxes], [kept, numInputs, inner]);
  const positions = coordinates(geometry.outputs);
  const taps = coordinates(geometry.taps);
  const at = (position: readonly number[], tap: readonly number[]) => inputRow(geometry, position, tap) ?? numInputs;
  const index =
    rowsAre === "position"
      ? positions.flatMap((position) => taps.map((tap) => at(position, tap)))
      : taps.flatMap((tap) => positions.map((position) => at(position, tap)));
  const isInside = index.every((row) => row < numInputs);
  return gatherRows(graph, isInside ? image : withZeroRow(graph, image), index, [kept, index.length, inner]);
}

/** The row of lhs that a position meets at a tap, or undefined outside of lhs or between its dilated elements. */
function inputRow(geometry: Geometry, position: readonly number[], tap: readonly number[]): number | undefined {
  let row = 0;
  for (const [i, size] of geometry.inputs.entries()) {
    const step = geometry.isFlipped ? geometry.taps[i]! - 1 - tap[i]! : tap[i]!;
    const dilated = position[i]! * geometry.strides[i]! + step * geometry.rhsDilation[i]! - geometry.padding[i]![0];
    const at = dilated / geometry.lhsDilation[i]!;
    if (!Number.isInteger(at) || at < 0 || at >= size) return undefined;
    row = row * size + at;
  }
  return row;
}

/** For each position, the rows (input, tap) whose products it sums. */
function meetingRows(geometry: Geometry): number[][] {
  const taps = coordinates(geometry.taps);
  return coordinates(geometry.outputs).map((position) =>
    taps.flatMap((tap, k) => {
      const input = inputRow(geometry, position, tap);
      return input === undefined ? [] : [input * taps.length + k];
    }),
  );
}

function gemm(
  graph: OnnxGraph,
  left: Value,
  right: Value,
  flags: { transA?: 1; transB?: 1 },
  shape: readonly number[],
): Value {
  return graph.emit("Gemm", [left, right], shape, { attributes: { transA: 0, transB: 0, ...flags } });
}
