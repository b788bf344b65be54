/**
 * Windows: `pool` shows every window of the last axes as new last axes, `pool_transpose` adds windows back where they
 * came from. Windows that tile the axes are another view of the same memory; others are gathered, in rows of channels:
 * one axis before the windowed ones is brought innermost (it mostly lies so), since to gather single elements is slow.
 */
import { sizeOf } from "../host-array.js";
import { arrange, materialise } from "./arrange.js";
import { coordinates, gatherRows, isRagged, sumRows, withZeroRow } from "./gather-rows.js";
import type { LoweringRule } from "./lowering.js";
import type { OnnxGraph, Value } from "./onnx-graph.js";
import { contiguousView, type Factor, permute, reshapeView, shapeOf, type View } from "./views.js";

/** Axes before the windowed ones, sizes of the windowed ones, and how windows lie on them. */
interface Windows {
  readonly lead: readonly number[];
  readonly sizes: readonly number[];
  readonly counts: readonly number[];
  readonly window: readonly number[];
  readonly strides: readonly number[];
}

/** [..., H, W] -> [..., H', W', h, w]. */
export const pool: LoweringRule = ({ graph }, expression, operands) => {
  const windows = windowsOf(expression.operands[0]!.shape, expression.shape, expression.parameters);
  const { lead, counts, window } = windows;
  if (isTiling(windows)) {
    const tiles = reshaped(graph, operands[0]!, [...lead, ...counts.flatMap((count, i) => [count, window[i]!])]);
    return permute(tiles, [...lead.keys(), ...counts.map((_, i) => lead.length + 2 * i), ...insideTiles(windows)]);
  }
  const rows = rowsOf(graph, operands[0]!, lead.length);
  const index = elementsByWindow(windows).flat();
  const shape = [...rows.outerShape, ...counts, ...window, rows.innerSize];
  return rows.viewOf(gatherRows(graph, rows.value, index, shape));
};

/** [..., H', W', h, w] -> [..., H, W], overlapping windows added. */
export const poolTranspose: LoweringRule = ({ graph }, expression, operands) => {
  const windows = windowsOf(expression.shape, expression.operands[0]!.shape, expression.parameters);
  const { lead, sizes, counts, window } = windows;
  if (isTiling(windows)) {
    const interleaved = counts.flatMap((_, i) => [lead.length + i, lead.length + counts.length + i]);
    return reshaped(graph, permute(operands[0]!, [...lead.keys(), ...interleaved]), expression.shape);
  }
  // A window that shows the same everywhere (the gradient of a mean) is one row for all its places.
  const isUniform = operands[0]!.dims.slice(-window.length).every((factors) => factors.every(isBroadcast));
  const places = isUniform ? withSizeOne(operands[0]!, window.length) : operands[0]!;
  const rows = rowsOf(graph, places, lead.length);
  const showing: number[][] = Array.from({ length: sizeOf(sizes) }, () => []);
  for (const [i, elements] of elementsByWindow(windows).entries()) {
    for (const [j, element] of elements.entries()) showing[element]!.push(isUniform ? i : i * elements.length + j);
  }
  const numShown = rows.value.shape[1]!;
  const shown = isRagged(showing) ? withZeroRow(graph, rows.value) : rows.value;
  const summed = sumRows(graph, shown, showing, numShown);
  return rows.viewOf(graph.reshape(summed, [...rows.outerShape, ...sizes, rows.innerSize]));
};

function windowsOf(
  whole: readonly number[],
  shown: readonly number[],
  parameters: Readonly<Record<string, unknown>>,
): Windows {
  const { window, strides } = parameters as { window: readonly number[]; strides: readonly number[] };
  const numLead = whole.length - window.length;
  const counts = shown.slice(numLead, whole.length);
  return { lead: whole.slice(0, numLead), sizes: whole.slice(numLead), counts, window, strides };
}

/** A tensor as rows along one of its first axes: [outer, places, inner], and how a result of such rows is viewed. */
interface Rows {
  readonly value: Value;
  readonly outerShape: readonly number[];
  readonly innerSize: number;
  /** Of a value [...outerShape, ...places, innerSize]. */
  viewOf(value: Value): View;
}

function rowsOf(graph: OnnxGraph, view: View, numLead: number): Rows {
  const sizes = shapeOf(view);
  const whole = view.dims.flat().some(isBroadcast) ? contiguousView(materialise(graph, view)) : view;
  const axes = [...sizes.keys()];
  const lead = axes.slice(0, numLead);
  const liesInnermost = (axis: number) => whole.dims[axis]!.some(({ stride }) => stride === 1);
  const inner = lead.find(liesInnermost) ?? lead.at(-1);
  const outer = lead.filter((axis) => axis !== inner);
  const order = [...outer, ...axes.slice(numLead), ...(inner === undefined ? [] : [inner])];
  const outerShape = outer.map((axis) => sizes[axis]!);
  const innerSize = inner === undefined ? 1 : sizes[inner]!;
  const places = sizeOf(sizes) / sizeOf(outerShape) / innerSize;
  const factors = order.flatMap((axis) => whole.dims[axis]!);
  return {
    value: arrange(graph, whole.base, factors, [sizeOf(outerShape), places, innerSize]),
    outerShape,
    innerSize,
    viewOf(value) {
      if (inner === undefined) return contiguousView(value, value.shape.slice(0, -1));
      const moved = [...value.shape.keys()].slice(0, -1);
      return permute(contiguousView(value), moved.toSpliced(inner, 0, value.shape.length - 1));
    },
  };
}

function isBroadcast({ stride }: Factor): boolean {
  return stride === 0;
}

/** The last axes cut to their first place. */
function withSizeOne(view: View, numAxes: number): View {
  return {
    base: view.base,
    dims: view.dims.map((factors, axis) => (axis < view.dims.length - numAxes ? factors : [])),
  };
}

/** Whether every element is in exactly one window. */
function isTiling({ sizes, counts, window, strides }: Windows): boolean {
  return sizes.every((size, i) => window[i] === strides[i] && counts[i]! * window[i]! === size);
}

/** The axes [..., H', h, W', w] that run inside of windows: h and w. */
function insideTiles({ lead, window }: Windows): number[] {
  return window.map((_, i) => lead.length + 2 * i + 1);
}

/** For each window, row-major, the elements it shows, row-major, as numbers within the windowed axes. */
function elementsByWindow({ sizes, counts, window, strides }: Windows): number[][] {
  const places = coordinates(window);
  return coordinates(counts).map((at) =>
    places.map((place) => sizes.reduce((row, size, i) => row * size + at[i]! * strides[i]! + place[i]!, 0)),
  );
}

function reshaped(graph: OnnxGraph, view: View, shape: readonly number[]): View {
  return reshapeView(view, shape) ?? contiguousView(materialise(graph, view), shape);
}
