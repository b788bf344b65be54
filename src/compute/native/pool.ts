/**
 * Windows: `pool` shows every window of the last axes as new last axes, `pool_transpose` adds windows back where they
 * came from. Written as one strided slice for each place in the window.
 */
import { sizeOf } from "../host-array.js";
import { materialise } from "./arrange.js";
import type { LoweringRule } from "./lowering.js";
import type { OnnxGraph, Value } from "./onnx-graph.js";
import { contiguousView } from "./views.js";

interface PoolParameters {
  readonly window: readonly number[];
  readonly strides: readonly number[];
}

/** [..., H, W] -> [..., H', W', h, w]. */
export const pool: LoweringRule = ({ graph }, expression, operands) => {
  const { window, strides } = expression.parameters as unknown as PoolParameters;
  const input = materialise(graph, operands[0]!);
  const outer = expression.shape.slice(0, -window.length);
  const counts = outer.slice(-window.length);
  const places = offsets(window).map((offset) => {
    const cut = sliceWindows(graph, input, offset, strides, counts);
    return graph.reshape(cut, [...outer, 1]);
  });
  const joined = graph.emit("Concat", places, [...outer, sizeOf(window)], { attributes: { axis: outer.length } });
  return contiguousView(joined, expression.shape);
};

/** [..., H', W', h, w] -> [..., H, W], overlapping windows added. */
export const poolTranspose: LoweringRule = ({ graph }, expression, operands) => {
  const { window, strides } = expression.parameters as unknown as PoolParameters;
  const input = materialise(graph, operands[0]!);
  const outer = input.shape.slice(0, -window.length);
  const rank = outer.length;
  const flat = graph.reshape(input, [...outer, sizeOf(window)]);
  const spread = offsets(window).map((offset, place) => {
    const one = graph.emit(
      "Slice",
      [flat, graph.integers([place]), graph.integers([place + 1]), graph.integers([rank])],
      [...outer, 1],
    );
    return spreadWindows(graph, graph.reshape(one, outer), offset, strides, expression.shape);
  });
  return contiguousView(spread.length === 1 ? spread[0]! : graph.emit("Sum", spread, expression.shape));
};

function offsets(window: readonly number[]): number[][] {
  return window.reduce<number[][]>(
    (all, size) => all.flatMap((offset) => Array.from({ length: size }, (_, i) => [...offset, i])),
    [[]],
  );
}

/** The elements at `offset` of every window. */
function sliceWindows(
  graph: OnnxGraph,
  input: Value,
  offset: readonly number[],
  strides: readonly number[],
  counts: readonly number[],
): Value {
  const lead = input.shape.length - offset.length;
  const ends = offset.map((start, i) => start + (counts[i]! - 1) * strides[i]! + 1);
  const axes = graph.integers(offset.map((_, i) => lead + i));
  const shape = [...input.shape.slice(0, lead), ...counts];
  return graph.emit(
    "Slice",
    [input, graph.integers(offset), graph.integers(ends), axes, graph.integers(strides)],
    shape,
  );
}

/** Put elements `strides` apart, beginning at `offset`, into zeros of `shape`. */
function spreadWindows(
  graph: OnnxGraph,
  input: Value,
  offset: readonly number[],
  strides: readonly number[],
  shape: readonly number[],
): Value {
  const lead = shape.length - offset.length;
  let value = input;
  for (const [i, stride] of strides.entries()) {
    const axis = lead + i;
    const count = value.shape[axis]!;
    // [.., n, ..] -> [.., n, 1, ..] -> pad to [.., n, stride, ..] -> [.., n * stride, ..]
    const tail = value.shape.slice(axis + 1);
    const head = value.shape.slice(0, axis);
    const opened = graph.reshape(value, [...head, count, 1, ...tail]);
    const before = opened.shape.map(() => 0);
    const after = opened.shape.map((_, d) => (d === axis + 1 ? stride - 1 : 0));
    const padded = graph.emit(
      "Pad",
      [opened, graph.integers([...before, ...after])],
      [...head, count, stride, ...tail],
    );
    value = graph.reshape(padded, [...head, count * stride, ...tail]);
  }
  const starts = offset.map((start, i) => start + value.shape[lead + i]!);
  // Zeros before and after; a negative pad cuts the zeros that stand after the last element.
  const before = [...shape.slice(0, lead).map(() => 0), ...offset];
  const after = [...shape.slice(0, lead).map(() => 0), ...starts.map((reached, i) => shape[lead + i]! - reached)];
  return graph.emit("Pad", [value, graph.integers([...before, ...after])], shape);
}
