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
import {
  arrangeDims,
  channelsFirst,
  readKernel,
  sizeAt,
  spatialAxes,
  withoutBroadcasts,
} from "./convolution-layout.js";
import { exchangeOperands, isBetterExchanged } from "./exchange-operands.js";
import { coordinates, gatherRows, isRagged, sumRows, withZeroRow } from "./gather-rows.js";
import { groupedConvolution } from "./grouped-convolution.js";
import { type LoweringRule, unsupported } from "./lowering.js";
import { inputRowAt, type Meeting } from "./meeting.js";
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

export const convolution: LoweringRule = (context, expression, operands) => {
  const { vmapDims, padding, ...parameters } = expression.parameters as unknown as ConvolutionParameters;
  if (vmapDims !== 0) return groupedConvolution(context, expression, operands);
  if (isBetterExchanged(expression)) return exchangeOperands(convolution)(context, expression, operands);
  const lhs = withoutBroadcasts(context.graph, operands[0]!);
  const { view, isFlipped } = readKernel(context, expression, operands[1]!, 2);
  const rhs = withoutBroadcasts(context.graph, view);
  const inputs = expression.operands[0]!.shape.slice(2);
  const taps = expression.operands[1]!.shape.slice(2);
  const before = padding.map(([first]) => first);
  const meeting: Meeting = { ...parameters, before, inputs, taps, outputs: expression.shape.slice(2), isFlipped };
  const { graph } = context;
  const [batch, channels, outChannels] = [sizeAt(lhs, 0), sizeAt(lhs, 1), sizeAt(rhs, 0)];
  if (parameters.lhsDilation.some((dilation) => dilation !== 1)) {
    const plan = planSpread(meeting, { batch, channels, outChannels });
    return plan === undefined ? spread(graph, lhs, rhs, meeting) : winogradSpread(graph, lhs, rhs, plan);
  }
  if (isGradientByKernel(lhs, meeting)) {
    const { strides, rhsDilation, outputs } = meeting;
    const forward = { ...meeting, taps: outputs, outputs: taps, strides: rhsDilation, rhsDilation: strides };
    const plan = isFlipped ? undefined : planForward(forward, { batch: channels, channels: batch, outChannels });
    return plan === undefined ? overPositions(graph, lhs, rhs, meeting) : winogradByKernel(graph, lhs, rhs, plan);
  }
  const plan = planForward(meeting, { batch, channels, outChannels });
  return plan === undefined ? overTaps(graph, lhs, rhs, meeting) : winogradForward(graph, lhs, rhs, plan);
};

/**
 * In the gradient by the kernel, images and channels have changed places. Seen by the memory of lhs, where channels
 * are innermost; where neither is, by the kernel being the larger map.
 */
function isGradientByKernel(lhs: View, { taps, outputs }: Meeting): boolean {
  const innermost = (axis: number) => Math.min(...lhs.dims[axis]!.map(({ stride }) => stride));
  if (innermost(1) === 1) return false;
  return innermost(0) === 1 || sizeOf(taps) > sizeOf(outputs);
}

/** patches [B·P, K·C] x rhs [K·C, O] -> [B, P, O]. */
function overTaps(graph: OnnxGraph, lhs: View, rhs: View, meeting: Meeting): View {
  const [batch, channels, outChannels] = [sizeAt(lhs, 0), sizeAt(lhs, 1), sizeAt(rhs, 0)];
  const [numPositions, numTaps] = [sizeOf(meeting.outputs), sizeOf(meeting.taps)];
  const patches = gatherPatches(graph, lhs, [0], [1], meeting, "position");
  const rows = graph.reshape(patches, [batch * numPositions, numTaps * channels]);
  const kernel = arrangeDims(graph, rhs, [[0], spatialAxes(rhs), [1]], [outChannels, numTaps * channels]);
  const product = gemm(graph, rows, kernel, { transB: 1 }, [batch * numPositions, outChannels]);
  return channelsFirst(graph, product, batch, meeting.outputs, outChannels);
}

/** rhs [O, C·K] x patches [C·K, P·B] -> [O, P, B]: the batch of lhs is small, its "channels" are summed. */
function overPositions(graph: OnnxGraph, lhs: View, rhs: View, meeting: Meeting): View {
  const [outer, summed, outChannels] = [sizeAt(lhs, 0), sizeAt(lhs, 1), sizeAt(rhs, 0)];
  const [numPositions, numTaps] = [sizeOf(meeting.outputs), sizeOf(meeting.taps)];
  const patches = gatherPatches(graph, lhs, [1], [0], meeting, "tap");
  const rows = graph.reshape(patches, [summed * numTaps, numPositions * outer]);
  // Transposed once, here: a Gemm told to read it so does it again for every block of columns.
  const kernel = arrangeDims(graph, rhs, [[0], [1], spatialAxes(rhs)], [outChannels, summed * numTaps]);
  // [O, P·B]: with the roles of forward, this is the memory order of the weight it is the gradient of, up to taps.
  const product = gemm(graph, kernel, rows, {}, [outChannels, numPositions * outer]);
  const shaped = graph.reshape(product, [outChannels, ...meeting.outputs, outer]);
  const rank = shaped.shape.length;
  return permute(contiguousView(shaped), [rank - 1, 0, ...meeting.outputs.map((_, i) => i + 1)]);
}

/** lhs [B·I, C] x rhs [C, K·O], then each position sums what meets there. */
function spread(graph: OnnxGraph, lhs: View, rhs: View, meeting: Meeting): View {
  if (meeting.strides.some((stride) => stride !== 1)) {
    throw unsupported("conv with both stride and lhsDilation", "Use one of them.");
  }
  const [batch, channels, outChannels] = [sizeAt(lhs, 0), sizeAt(lhs, 1), sizeAt(rhs, 0)];
  const [numInputs, numTaps] = [sizeOf(meeting.inputs), sizeOf(meeting.taps)];
  const summands = meetingRows(meeting);
  // Where unlike numbers meet, an input of zeros after the others gives the rows that fill up.
  const numRows = isRagged(summands) ? numInputs + 1 : numInputs;
  const image = arrangeDims(graph, lhs, [[0], spatialAxes(lhs), [1]], [batch, numInputs, channels]);
  const padded = numRows > numInputs ? withZeroRow(graph, image) : image;
  const kernel = arrangeDims(graph, rhs, [[1], spatialAxes(rhs), [0]], [channels, numTaps * outChannels]);
  const rows = graph.reshape(padded, [batch * numRows, channels]);
  const product = gemm(graph, rows, kernel, {}, [batch * numRows, numTaps * outChannels]);
  const contributions = graph.reshape(product, [batch, numRows * numTaps, outChannels]);
  const summed = sumRows(graph, contributions, summands, numInputs * numTaps);
  return channelsFirst(graph, summed, batch, meeting.outputs, outChannels);
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
  meeting: Meeting,
  rowsAre: "position" | "tap",
): Value {
  const numInputs = sizeOf(meeting.inputs);
  const kept = sizeAt(lhs, keptAxes[0]!);
  const inner = sizeAt(lhs, innerAxes[0]!);
  const image = arrangeDims(graph, lhs, [keptAxes, spatialAxes(lhs), innerAxes], [kept, numInputs, inner]);
  const positions = coordinates(meeting.outputs);
  const taps = coordinates(meeting.taps);
  const at = (position: readonly number[], tap: readonly number[]) => inputRowAt(meeting, position, tap) ?? numInputs;
  const index =
    rowsAre === "position"
      ? positions.flatMap((position) => taps.map((tap) => at(position, tap)))
      : taps.flatMap((tap) => positions.map((position) => at(position, tap)));
  const isInside = index.every((row) => row < numInputs);
  return gatherRows(graph, isInside ? image : withZeroRow(graph, image), index, [kept, index.length, inner]);
}

/** For each position, the rows (input, tap) whose products it sums. */
function meetingRows(meeting: Meeting): number[][] {
  const taps = coordinates(meeting.taps);
  return coordinates(meeting.outputs).map((position) =>
    taps.flatMap((tap, k) => {
      const input = inputRowAt(meeting, position, tap);
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
