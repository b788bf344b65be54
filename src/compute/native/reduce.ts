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
 * ONNX Runtime is fast where at most three segments, reduced or kept, alternate: of more, the innermost reduced one
 * goes first.
 */
function emitReduction(graph: OnnxGraph, input: Value, segments: readonly Segment[], operator: string): Value {
  const axes = segments.flatMap(({ isReduced }, i) => (isReduced ? [i] : []));
  const emit = (from: Value, sizes: readonly number[], dropped: readonly number[]): Value => {
    const shape = sizes.filter((_, i) => !dropped.includes(i));
    return graph.emit(operator, [graph.reshape(from, sizes), graph.integers(dropped)], shape, {
      attributes: { keepdims: 0 },
    });
  };
  const sizesOf = (list: readonly Segment[]) => list.map(({ size }) => size);
  if (segments.length <= 3) return emit(input, sizesOf(segments), axes);
  const at = axes.at(-1)!;
  const outer = sizeOf(sizesOf(segments.slice(0, at)));
  const inner = segments.slice(at + 1);
  const reduced = emit(input, [outer, segments[at]!.size, ...sizesOf(inner)], [1]);
  // The kept segments on both sides of the one that is gone are one now.
  const before = segments[at - 1]!;
  const joined = { size: before.size * sizeOf(sizesOf(inner)), isReduced: false };
  return emitReduction(graph, reduced, [...segments.slice(0, at - 1), joined], operator);
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
