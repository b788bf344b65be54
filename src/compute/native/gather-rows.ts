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
  const padded = lists.map((list) => Array.from({ length: longest }, (_, i) => list[i] ?? zeroRow!));
  const result = [batch, lists.length, columns];
  if (longest === 1) return gatherRows(graph, value, padded.flat(), result);
  const sumOver = (axis: number, shape: readonly number[]): Value => {
    const index = axis === 1 ? transposed(padded).flat() : padded.flat();
    const summands = gatherRows(graph, value, index, shape);
    const attributes = { keepdims: 0 };
    const sums = graph.emit("ReduceSum", [summands, graph.integers([axis])], shape.toSpliced(axis, 1), { attributes });
    return graph.reshape(sums, result);
  };
  // First rows, second rows ...: sums of long rows are fast. Lists that lie one after the other need no gathering.
  const isInPlace = padded.flat().every((row, i) => row === i) && lists.length * longest === value.shape[1];
  return isInPlace
    ? sumOver(2, [batch, lists.length, longest, columns])
    : sumOver(1, [batch, longest, lists.length, columns]);
}

function transposed(rows: readonly (readonly number[])[]): number[][] {
  return rows[0]!.map((_, i) => rows.map((row) => row[i]!));
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
