/**
 * Grouped convolution: jax-js gives each group a leading axis, lhs [G, b, c, ...] and rhs [G, o, c, ...], in the forward
 * pass and in both gradients. Groups of one channel have an own way (`depthwise-convolution.ts`); others become one
 * batched matrix product over their neighbourhoods:
 *   patches[g, (b, p), (k, c)] x rhs[g, (k, c), o]
 */
import { sizeOf } from "../host-array.js";
import { arrangeDims, readKernel, withoutBroadcasts } from "./convolution-layout.js";
import { depthwiseByKernel, depthwiseForward } from "./depthwise-convolution.js";
import { coordinates, gatherRows, withZeroRow } from "./gather-rows.js";
import { type LoweringRule, unsupported } from "./lowering.js";
import { inputRowAt, type Meeting } from "./meeting.js";
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
  const { view: kernel, isFlipped } = readKernel(context, expression, operands[1]!, 3);
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
  const image = arrangeDims(graph, lhs, [[0, 1], places, [2]], [groups * batch, numInputs, channels]);
  const index = neighbours(meeting, numInputs);
  const padded = index.includes(numInputs) ? withZeroRow(graph, image) : image;
  const summed = numTaps * channels;
  const patches = gatherRows(graph, padded, index, [groups, batch * numPositions, summed]);
  const kernel = arrangeDims(graph, rhs, [[0, 1], places, [2]], [groups, outChannels, summed]);
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
  const taps = coordinates(meeting.taps);
  return coordinates(meeting.outputs).flatMap((output) =>
    taps.map((tap) => inputRowAt(meeting, output, tap) ?? outside),
  );
}
