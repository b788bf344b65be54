/** Reductions in the memory order of their operand: no transpose is ever needed before one. */
import { sizeOf } from "../host-array.js";
import { arrange } from "./arrange.js";
import { type LoweringContext, type LoweringRule, unsupported } from "./lowering.js";
import type { OnnxGraph, Value } from "./onnx-graph.js";
import { type Factor, mergeFactors, type View } from "./views.js";

type ReduceOperation = "Add" | "Mul" | "Min" | "Max";
const OPERATORS: Record<ReduceOperation, string> = {
  Add: "ReduceSum",
  Mul: "ReduceProd",
  Min: "ReduceMin",
  Max: "ReduceMax",
};

export const reduce: LoweringRule = (context, expression, operands) => {
  const { op, axis } = expression.parameters as { op: ReduceOperation; axis: readonly number[] };
  const [view] = operands as [View];
  const dropped = view.dims.flatMap((factors, dim) => (axis.includes(dim) ? factors : []));
  const kept = view.dims.filter((_, dim) => !axis.includes(dim));
  const result = reduceFactors(context.graph, view.base, dropped, kept, OPERATORS[op]);
  const copies = sizeOf(dropped.filter(({ stride }) => stride === 0).map(({ size }) => size));
  if (copies === 1 || op === "Min" || op === "Max") return result;
  if (op === "Mul") throw unsupported("reduce Mul of a broadcast", "Raise to a power instead.");
  return scaleView(context, result, copies);
};

/** Reduce the dropped factors of a base; `kept` becomes the view of the result. */
export function reduceFactors(
  graph: OnnxGraph,
  base: Value,
  dropped: readonly Factor[],
  kept: readonly (readonly Factor[])[],
  operator: string,
): View {
  // Merging per side keeps runs of reduced and of kept factors apart.
  const reducedFactors = dropped.filter(({ stride, size }) => stride !== 0 && size !== 1);
  if (reducedFactors.length === 0) return { base, dims: kept };
  const tagged = [
    ...reducedFactors.map((factor) => ({ factor, isReduced: true })),
    ...kept
      .flat()
      .filter(({ stride, size }) => stride !== 0 && size !== 1)
      .map((factor) => ({ factor, isReduced: false })),
  ].sort((a, b) => b.factor.stride - a.factor.stride);
  const runs: { factors: Factor[]; isReduced: boolean }[] = [];
  for (const { factor, isReduced } of tagged) {
    if (runs.at(-1)?.isReduced === isReduced) runs.at(-1)!.factors.push(factor);
    else runs.push({ factors: [factor], isReduced });
  }
  const sizes = runs.map(({ factors }) => sizeOf(factors.map(({ size }) => size)));
  const input = arrange(graph, base, mergeFactors(tagged.map(({ factor }) => factor)), sizes);
  const segments = runs.map(({ isReduced }, i) => ({ size: sizes[i]!, isReduced }));
  return {
    base: emitReduction(graph, input, segments, operator),
    dims: restride(
      kept,
      tagged.filter(({ isReduced }) => !isReduced).map(({ factor }) => factor),
    ),
  };
}

interface Segment {
  readonly size: number;
  readonly isReduced: boolean;
}

/**
 * ONNX Runtime reduces fast, and shares the work among threads well, where one reduced segment has kept ones around it.
 * More reduced segments go one by one, the innermost first. One that is outermost (sums of columns, as bias gradients
 * and BatchNorm have) would be cut by column, each thread reading a part of every row: 13 times slower on two threads
 * than to sum pieces of the rows first, and the pieces then.
 */
function emitReduction(graph: OnnxGraph, input: Value, segments: readonly Segment[], operator: string): Value {
  const at = segments.findLastIndex(({ isReduced }) => isReduced);
  if (at < 0) return input;
  const outer = productOf(segments.slice(0, at));
  const inner = productOf(segments.slice(at + 1));
  const rows = segments[at]!.size;
  const pieces = outer === 1 && inner > 1 ? piecesOf(rows) : 1;
  const reduce = (from: Value, [before, size, after]: readonly [number, number, number]): Value => {
    const sizes = after === 1 ? [before, size] : [before, size, after];
    const operands = [graph.reshape(from, sizes), graph.integers([1])];
    return graph.emit(operator, operands, sizes.toSpliced(1, 1), { attributes: { keepdims: 0 } });
  };
  const partial = pieces === 1 ? input : reduce(input, [pieces, rows / pieces, inner]);
  const reduced = reduce(partial, pieces === 1 ? [outer, rows, inner] : [1, pieces, inner]);
  return emitReduction(graph, reduced, segments.toSpliced(at, 1), operator);
}

/** Pieces of so many rows that each is worth a thread's while, and that there are enough for many threads. */
const MOST_PIECES = 64;
const LEAST_ROWS = 8;

/** The largest number of equal pieces within bounds; 1 if there is none worth cutting for. */
function piecesOf(rows: number): number {
  for (let pieces = Math.min(MOST_PIECES, Math.floor(rows / LEAST_ROWS)); pieces > 1; pieces--) {
    if (rows % pieces === 0) return pieces;
  }
  return 1;
}

function productOf(segments: readonly Segment[]): number {
  return sizeOf(segments.map(({ size }) => size));
}

/** Give the kept factors the strides they have once the others are gone. `memory` is in descending stride. */
function restride(kept: readonly (readonly Factor[])[], memory: readonly Factor[]): Factor[][] {
  const strideOf = new Map<number, number>();
  let stride = 1;
  for (const factor of memory.toReversed()) {
    strideOf.set(factor.stride, stride);
    stride *= factor.size;
  }
  return kept.map((factors) =>
    factors
      .filter(({ size }) => size !== 1)
      .map(({ size, stride: old }) => ({ size, stride: old === 0 ? 0 : strideOf.get(old)! })),
  );
}

/** A view of its base times a number. */
export function scaleView({ graph }: LoweringContext, view: View, factor: number): View {
  const dtype = view.base.dtype === "int32" ? "int32" : "float32";
  const base = graph.emit("Mul", [view.base, graph.scalar(factor, dtype)], view.base.shape);
  return { base, dims: view.dims };
}
