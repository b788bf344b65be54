/**
 * Grouped convolution: jax-js gives each group a leading axis, lhs [G, b, c, ...] and rhs [G, o, c, ...], in the forward
 * pass and in both gradients. Groups of one channel have an own way (`depthwise-convolution.ts`); others become one
 * batched matrix product over their neighbourhoods:
 *   patches[g, (b, p), (k, c)] x rhs[g, (k, c), o]
 */
import { sizeOf } from "../host-array.js";
import { arrange, materialise } from "./arrange.js";
import { depthwiseByKernel, depthwiseForward } from "./depthwise-convolution.js";
import type { Expression } from "./expression.js";
import { coordinates, gatherRows, withZeroRow } from "./gather-rows.js";
import { type LoweringContext, type LoweringRule, unsupported } from "./lowering.js";
import { type Meeting, tapAt } from "./meeting.js";
import type { OnnxGraph } from "./onnx-graph.js";
import { contiguousView, permute, shapeOf, type View } from "./views.js";

interface Parameters {
  readonly vmapDims: number;
  readonly strides: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly lhsDilation: readonly number[];
  readonly rhsDilation: readonly number[];
}

export const groupedConvolution: LoweringRule = (context, expression, operands) => {
  const { vmapDims, ...parameters } = expression.parameters as unknown as Parameters;
  const [lhsShape, rhsShape] = expression.operands.map(({ shape }) => shape) as [readonly number[], readonly number[]];
  if (vmapDims !== 1 || lhsShape[0] !== rhsShape[0]) {
    throw unsupported("conv with vmap dimensions", "Only groups are supported, of both operands: use conv2d's groups.");
  }
  const { graph } = context;
  const { view: kernel, isFlipped } = readKernel(context, expression, operands[1]!);
  const [lhs, rhs] = [withoutBroadcasts(graph, operands[0]!), withoutBroadcasts(graph, kernel)];
  const spatial = (shape: readonly number[]) => shape.slice(3);
  const sizes = { inputs: spatial(lhsShape), outputs: spatial(expression.shape), taps: spatial(rhsShape) };
  const meeting: Meeting = { ...sizes, ...parameters, before: parameters.padding.map(([before]) => before), isFlipped };
  const [batch, channels, outChannels] = [lhsShape[1], lhsShape[2], rhsShape[1]];
  const isImages = sizes.inputs.length === 2;
  if (isImages && channels === 1 && outChannels === 1) return depthwiseForward(graph, lhs, rhs, meeting);
  if (isImages && batch === 1 && outChannels === 1 && !isFlipped) {
    return depthwiseByKernel(graph, lhs, rhs, byKernel(meeting));
  }
  return overNeighbourhoods(graph, lhs, rhs, meeting);
};

/** The convolution a gradient by the kernel belongs to: there the taps were the outputs, and strides dilations. */
function byKernel({ outputs, taps, strides, rhsDilation, ...others }: Meeting): Meeting {
  return { ...others, outputs: taps, taps: outputs, strides: rhsDilation, rhsDilation: strides };
}

function overNeighbourhoods(graph: OnnxGraph, lhs: View, rhs: View, meeting: Meeting): View {
  const [groups, batch, channels] = shapeOf(lhs) as [number, number, number];
  const outChannels = shapeOf(rhs)[1]!;
  const [numInputs, numPositions, numTaps] = [meeting.inputs, meeting.outputs, meeting.taps].map(sizeOf) as [
    number,
    number,
    number,
  ];
  const places = meeting.inputs.map((_, i) => i + 3);
  const image = arrangeAxes(graph, lhs, [0, 1, ...places, 2], [groups * batch, numInputs, channels]);
  const index = neighbours(meeting, numInputs);
  const padded = index.includes(numInputs) ? withZeroRow(graph, image) : image;
  const summed = numTaps * channels;
  const patches = gatherRows(graph, padded, index, [groups, batch * numPositions, summed]);
  const kernel = arrangeAxes(graph, rhs, [0, 1, ...places, 2], [groups, outChannels, summed]);
  const product = graph.emit("FusedMatMul", [patches, kernel], [groups, batch * numPositions, outChannels], {
    domain: "com.microsoft",
    attributes: { transA: 0, transB: 1 },
  });
  const shaped = graph.reshape(product, [groups, batch, ...meeting.outputs, outChannels]);
  const last = shaped.shape.length - 1;
  return permute(contiguousView(shaped), [0, 1, last, ...meeting.outputs.map((_, i) => i + 2)]);
}

/** For each position and tap the input they meet at, or `outside`. */
function neighbours(meeting: Meeting, outside: number): number[] {
  const inputs = coordinates(meeting.inputs);
  const numTaps = sizeOf(meeting.taps);
  return coordinates(meeting.outputs).flatMap((output) => {
    const met = new Array<number>(numTaps).fill(outside);
    for (const [row, input] of inputs.entries()) {
      const taps = input.map((place, axis) => tapAt(meeting, axis, place, output[axis]!));
      if (taps.includes(undefined)) continue;
      met[taps.reduce<number>((flat, tap, axis) => flat * meeting.taps[axis]! + tap!, 0)] = row;
    }
    return met;
  });
}

/** A kernel that was turned around only for this is read as it was, in the other direction. */
function readKernel(context: LoweringContext, expression: Expression, view: View): { view: View; isFlipped: boolean } {
  const kernel = expression.operands[1]!;
  const spatial = kernel.shape.slice(3).map((_, i) => i + 3);
  const isTurned = kernel.operator === "flip" && String(kernel.parameters.axis) === String(spatial);
  return isTurned ? { view: context.viewOf(kernel.operands[0]!), isFlipped: true } : { view, isFlipped: false };
}

function withoutBroadcasts(graph: OnnxGraph, view: View): View {
  return view.dims.flat().every(({ stride }) => stride !== 0) ? view : contiguousView(materialise(graph, view));
}

function arrangeAxes(graph: OnnxGraph, view: View, order: readonly number[], shape: readonly number[]) {
  return arrange(
    graph,
    view.base,
    order.flatMap((axis) => view.dims[axis]!),
    shape,
  );
}
