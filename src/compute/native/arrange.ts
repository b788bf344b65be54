/** Copies: bring the elements a view shows into a wanted order. The only place where transposes are emitted. */
import type { OnnxGraph, Value } from "./onnx-graph.js";
import { contiguousView, type Factor, mergeFactors, shapeOf, type View } from "./views.js";

/**
 * A value with the elements of a base in the order of these factors; broadcast factors become size 1.
 * Free if the factors already lie in this order, else one Transpose of the lowest rank that does it.
 * @param target the shape of the result, with as many elements; one axis a factor if absent
 */
export function arrange(
  graph: OnnxGraph,
  base: Value,
  factors: readonly Factor[],
  target: readonly number[] = factors.map(({ size, stride }) => (stride === 0 ? 1 : size)),
): Value {
  const wanted = mergeFactors(factors.filter(({ stride }) => stride !== 0));
  const memory = wanted.toSorted((a, b) => b.stride - a.stride);
  if (wanted.every((factor, i) => factor === memory[i])) return graph.reshape(base, target);
  const inMemory = graph.reshape(
    base,
    memory.map(({ size }) => size),
  );
  const permutation = wanted.map((factor) => memory.indexOf(factor));
  const shape = wanted.map(({ size }) => size);
  return graph.reshape(graph.emit("Transpose", [inMemory], shape, { attributes: { perm: permutation } }), target);
}

/** A value with exactly the shape of the view, row-major, broadcasts written out. */
export function materialise(graph: OnnxGraph, view: View): Value {
  const shape = shapeOf(view);
  const factors = view.dims.flat();
  const arranged = arrange(graph, view.base, factors);
  if (factors.every(({ stride }) => stride !== 0)) return graph.reshape(arranged, shape);
  const sizes = factors.map(({ size }) => size);
  return graph.reshape(graph.emit("Expand", [arranged, graph.integers(sizes)], sizes), shape);
}

/**
 * A value in which every dimension of the view is one axis, in whatever order needs no copy; `axisOf[d]` tells where
 * dimension d went. For operations that act axis by axis (slice, pad, flip, concatenation).
 */
export function separateAxes(graph: OnnxGraph, view: View): { value: Value; axisOf: number[] } {
  const dims = view.dims.map((factors) => mergeFactors(factors));
  const isSimple = dims.every((factors) => factors.length === 0 || (factors.length === 1 && factors[0]!.stride !== 0));
  if (!isSimple) return { value: materialise(graph, view), axisOf: dims.map((_, axis) => axis) };
  const order = dims.map((_, axis) => axis);
  const stride = (axis: number) => dims[axis]![0]?.stride ?? Number.POSITIVE_INFINITY;
  order.sort((a, b) => (stride(a) === stride(b) ? a - b : stride(b) - stride(a)));
  const sizes = order.map((axis) => dims[axis]![0]?.size ?? 1);
  return { value: graph.reshape(view.base, sizes), axisOf: dims.map((_, axis) => order.indexOf(axis)) };
}

/** The view of `value` whose dimension d is axis `axisOf[d]`. */
export function viewOfAxes(value: Value, axisOf: readonly number[]): View {
  const contiguous = contiguousView(value);
  return { base: value, dims: axisOf.map((axis) => contiguous.dims[axis]!) };
}
