/** Cutting, padding, turning and joining: operations that act axis by axis, in whatever order the operand lies. */
import { materialise, separateAxes, viewOfAxes } from "./arrange.js";
import { type LoweringRule, unsupported } from "./lowering.js";
import { contiguousView } from "./views.js";

type Pair = readonly [number, number];

export const shrink: LoweringRule = ({ graph }, expression, operands) => {
  const { slice } = expression.parameters as { slice: readonly Pair[] };
  const { value, axisOf } = separateAxes(graph, operands[0]!);
  const cut = slice.flatMap(([start, end], dim) => (end - start === value.shape[axisOf[dim]!] ? [] : [dim]));
  if (cut.length === 0) return viewOfAxes(value, axisOf);
  const shape = [...value.shape];
  for (const dim of cut) shape[axisOf[dim]!] = slice[dim]![1] - slice[dim]![0];
  const starts = graph.integers(cut.map((dim) => slice[dim]![0]));
  const ends = graph.integers(cut.map((dim) => slice[dim]![1]));
  const axes = graph.integers(cut.map((dim) => axisOf[dim]!));
  return viewOfAxes(graph.emit("Slice", [value, starts, ends, axes], shape), axisOf);
};

export const pad: LoweringRule = ({ graph }, expression, operands) => {
  const { width } = expression.parameters as { width: readonly Pair[] };
  const { value, axisOf } = separateAxes(graph, operands[0]!);
  const before = value.shape.map(() => 0);
  const after = value.shape.map(() => 0);
  for (const [dim, [first, last]] of width.entries()) {
    before[axisOf[dim]!] = first;
    after[axisOf[dim]!] = last;
  }
  const shape = value.shape.map((size, axis) => size + before[axis]! + after[axis]!);
  return viewOfAxes(graph.emit("Pad", [value, graph.integers([...before, ...after])], shape), axisOf);
};

export const flip: LoweringRule = ({ graph }, expression, operands) => {
  const { axis } = expression.parameters as { axis: readonly number[] };
  const { value, axisOf } = separateAxes(graph, operands[0]!);
  const from = graph.integers(axis.map(() => -1));
  // One before the first element: a bound so low that the slice runs to the beginning.
  const to = graph.integers(axis.map(() => -(2 ** 31)));
  const axes = graph.integers(axis.map((dim) => axisOf[dim]!));
  return viewOfAxes(graph.emit("Slice", [value, from, to, axes, from], value.shape), axisOf);
};

export const concatenate: LoweringRule = ({ graph }, expression, operands) => {
  const { axis } = expression.parameters as { axis: number };
  // Joined in the order the first lies in if the others lie in it too, else all are written out.
  const parts = operands.map((view) => separateAxes(graph, view));
  const order = parts[0]!.axisOf;
  const isAligned = parts.every(({ axisOf }) => axisOf.every((at, dim) => at === order[dim]));
  const axisOf = isAligned ? order : expression.shape.map((_, dim) => dim);
  const values = isAligned ? parts.map(({ value }) => value) : operands.map((view) => materialise(graph, view));
  const shape = [...values[0]!.shape];
  shape[axisOf[axis]!] = expression.shape[axis]!;
  return viewOfAxes(graph.emit("Concat", values, shape, { attributes: { axis: axisOf[axis]! } }), axisOf);
};

export const split: LoweringRule = ({ graph }, expression, operands) => {
  const { axis, sizes } = expression.parameters as { axis: number; sizes: readonly number[] };
  const { value, axisOf } = separateAxes(graph, operands[0]!);
  const shapes = sizes.map((size) => value.shape.map((whole, i) => (i === axisOf[axis] ? size : whole)));
  const parts = graph.emitMany("Split", [value, graph.integers(sizes)], shapes, {
    attributes: { axis: axisOf[axis]! },
  });
  return viewOfAxes(parts[expression.result]!, axisOf);
};

/** Rows by index along one axis; indices must be within bounds. */
export const gather: LoweringRule = ({ graph }, expression, operands) => {
  const { axis, outDim } = expression.parameters as { axis: readonly number[]; outDim: number };
  const [data, ...indices] = operands.map((view) => materialise(graph, view));
  if (axis.length === 1 && outDim === axis[0]) {
    return contiguousView(
      graph.emit("Gather", [data, indices[0]], expression.shape, { attributes: { axis: axis[0]! } }),
    );
  }
  throw gatherUnsupported("gather");
};

/**
 * The transpose of gather along the first axis: rows are added where their index points. By ScatterElements, which works
 * in one thread: ScatterND adds from several at once without a lock, and loses summands of a row that is named often.
 */
export const scatter: LoweringRule = ({ graph }, expression, operands) => {
  const { op, shape, axis, outDim } = expression.parameters as {
    op: string;
    shape: readonly number[];
    axis: readonly number[];
    outDim: number;
  };
  if (axis.length !== 1 || axis[0] !== 0 || outDim !== 0) throw gatherUnsupported("scatter");
  const [updates, index] = operands.map((view) => materialise(graph, view));
  const empty = graph.emit("Expand", [graph.scalar(0, expression.dtype), graph.integers(shape)], shape);
  const column = graph.reshape(index!, [index!.shape[0]!, ...shape.slice(1).map(() => 1)]);
  const places = graph.emit("Expand", [column, graph.integers(updates!.shape)], updates!.shape, { dtype: "int32" });
  const attributes = { axis: 0, reduction: op === "add" ? "add" : "none" };
  return contiguousView(graph.emit("ScatterElements", [empty, places, updates], shape, { attributes }));
};

function gatherUnsupported(primitive: string): Error {
  return unsupported(primitive, "Only rows along one axis are supported: use takeRows.");
}

/** Sort along the last axis, ascending. */
export const sort: LoweringRule = ({ graph }, expression, operands) => {
  const value = materialise(graph, operands[0]!);
  const count = value.shape.at(-1)!;
  const attributes = { largest: 0, sorted: 1 };
  const [sorted] = graph.emitMany("TopK", [value, graph.integers([count])], [expression.shape, expression.shape], {
    attributes,
  });
  return contiguousView(sorted!);
};
