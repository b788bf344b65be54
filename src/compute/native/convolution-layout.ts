/** How convolutions read their operands' memory and name their result's: channels innermost wherever nothing is lost. */
import { sizeOf } from "../host-array.js";
import { arrange, materialise } from "./arrange.js";
import type { Expression } from "./expression.js";
import type { LoweringContext } from "./lowering.js";
import type { OnnxGraph, Value } from "./onnx-graph.js";
import { contiguousView, permute, type View } from "./views.js";

/** A kernel that was turned around only for this convolution is read as it was, in the other direction. */
export function readKernel(
  context: LoweringContext,
  expression: Expression,
  view: View,
  numLeading: number,
): { view: View; isFlipped: boolean } {
  const kernel = expression.operands[1]!;
  const spatial = kernel.shape.slice(numLeading).map((_, i) => i + numLeading);
  const isTurned = kernel.operator === "flip" && String(kernel.parameters.axis) === String(spatial);
  return isTurned ? { view: context.viewOf(kernel.operands[0]!), isFlipped: true } : { view, isFlipped: false };
}

/** A value with the dimensions of a view in another order, under a shape. */
export function arrangeDims(
  graph: OnnxGraph,
  view: View,
  order: readonly (readonly number[])[],
  shape: readonly number[],
): Value {
  const factors = order.flat().flatMap((axis) => view.dims[axis]!);
  return arrange(graph, view.base, factors, shape);
}

/** [B, P, O] in memory -> the logical [B, O, ...P]. */
export function channelsFirst(
  graph: OnnxGraph,
  value: Value,
  batch: number,
  spatial: readonly number[],
  channels: number,
): View {
  const shaped = graph.reshape(value, [batch, ...spatial, channels]);
  const rank = shaped.shape.length;
  return permute(contiguousView(shaped), [0, rank - 1, ...spatial.map((_, i) => i + 1)]);
}

export function withoutBroadcasts(graph: OnnxGraph, view: View): View {
  return view.dims.flat().every(({ stride }) => stride !== 0) ? view : contiguousView(materialise(graph, view));
}

export function spatialAxes(view: View): number[] {
  return view.dims.slice(2).map((_, i) => i + 2);
}

export function sizeAt(view: View, axis: number): number {
  return sizeOf(view.dims[axis]!.map(({ size }) => size));
}

/** The largest stride of a dimension, 0 if it has size 1: the greater of two runs outside of the other. */
export function outermostStride(view: View, axis: number): number {
  return Math.max(0, ...view.dims[axis]!.map(({ stride }) => stride));
}
