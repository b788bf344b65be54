/**
 * Windows: `pool` shows every window of the last axes as new last axes, `pool_transpose` adds windows back where they
 * came from. Windows that tile the axes are another view of the same memory; others are gathered element by element.
 */
import { sizeOf } from "../host-array.js";
import { materialise } from "./arrange.js";
import { coordinates, gatherRows, isRagged, sumRows, withZeroRow } from "./gather-rows.js";
import type { LoweringRule } from "./lowering.js";
import type { OnnxGraph } from "./onnx-graph.js";
import { contiguousView, permute, reshapeView, type View } from "./views.js";

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
  const { lead, sizes, counts, window } = windows;
  if (isTiling(windows)) {
    const tiles = reshaped(graph, operands[0]!, [...lead, ...counts.flatMap((count, i) => [count, window[i]!])]);
    return permute(tiles, [...lead.keys(), ...counts.map((_, i) => lead.length + 2 * i), ...insideTiles(windows)]);
  }
  const elements = graph.reshape(materialise(graph, operands[0]!), [sizeOf(lead), sizeOf(sizes), 1]);
  const index = elementsByWindow(windows).flat();
  return contiguousView(gatherRows(graph, elements, index, expression.shape));
};

/** [..., H', W', h, w] -> [..., H, W], overlapping windows added. */
export const poolTranspose: LoweringRule = ({ graph }, expression, operands) => {
  const windows = windowsOf(expression.shape, expression.operands[0]!.shape, expression.parameters);
  const { lead, sizes, counts, window } = windows;
  if (isTiling(windows)) {
    const interleaved = counts.flatMap((_, i) => [lead.length + i, lead.length + counts.length + i]);
    return reshaped(graph, permute(operands[0]!, [...lead.keys(), ...interleaved]), expression.shape);
  }
  const numShown = sizeOf(counts) * sizeOf(window);
  const shown = graph.reshape(materialise(graph, operands[0]!), [sizeOf(lead), numShown, 1]);
  const showing: number[][] = Array.from({ length: sizeOf(sizes) }, () => []);
  for (const [place, element] of elementsByWindow(windows).flat().entries()) showing[element]!.push(place);
  const summed = isRagged(showing)
    ? sumRows(graph, withZeroRow(graph, shown), showing, numShown)
    : sumRows(graph, shown, showing, undefined);
  return contiguousView(graph.reshape(summed, expression.shape));
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
