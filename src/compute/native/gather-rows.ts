/** Rows by index: how neighbourhoods (of convolutions, of pooling windows) are laid out and added up again. */
import type { OnnxGraph, Value } from "./onnx-graph.js";

/** All index tuples of a shape, row-major. */
export function coordinates(shape: readonly number[]): number[][] {
  let all: number[][] = [[]];
  for (const size of shape) all = all.flatMap((tuple) => Array.from({ length: size }, (_, i) => [...tuple, i]));
  return all;
}

/** Rows of [batch, rows, columns] by index: [batch, index.length, columns], given as `shape`. */
export function gatherRows(graph: OnnxGraph, value: Value, index: readonly number[], shape: readonly number[]): Value {
  const [batch, rows, columns] = value.shape as [number, number, number];
  const isIdentity = index.length === rows && index.every((row, i) => row === i);
  if (isIdentity) return graph.reshape(value, shape);
  const indices = graph.constant(Int32Array.from(index), [index.length], "int32");
  const attributes = { axis: 1 };
  return graph.reshape(graph.emit("Gather", [value, indices], [batch, index.length, columns], { attributes }), shape);
}

/**
 * Sums of rows of [batch, rows, columns], one for each list of row numbers: [batch, lists.length, columns].
 * @param zeroRow a row of zeros; needed if the lists differ in length
 */
export function sumRows(
  graph: OnnxGraph,
  value: Value,
  lists: readonly (readonly number[])[],
  zeroRow: number | undefined,
): Value {
  const [batch, , columns] = value.shape as [number, number, number];
  const longest = Math.max(...lists.map((list) => list.length));
  const index = lists.flatMap((list) => Array.from({ length: longest }, (_, i) => list[i] ?? zeroRow!));
  const summands = gatherRows(graph, value, index, [batch * lists.length, longest, columns]);
  const shape = [batch, lists.length, columns];
  if (longest === 1) return graph.reshape(summands, shape);
  // The last axis is summed faster than one before a single column.
  const sides = columns === 1 ? [batch * lists.length, longest] : summands.shape;
  const sums = graph.emit("ReduceSum", [graph.reshape(summands, sides), graph.integers([1])], sides.toSpliced(1, 1), {
    attributes: { keepdims: 0 },
  });
  return graph.reshape(sums, shape);
}

/** Whether `sumRows` needs a row of zeros for these lists. */
export function isRagged(lists: readonly (readonly number[])[]): boolean {
  return lists.some((list) => list.length !== lists[0]!.length);
}

/** [batch, rows, columns] -> [batch, rows + 1, columns], the last row zero. */
export function withZeroRow(graph: OnnxGraph, value: Value): Value {
  const [batch, rows, columns] = value.shape as [number, number, number];
  return graph.emit("Pad", [value, graph.integers([0, 0, 0, 0, 1, 0])], [batch, rows + 1, columns]);
}
