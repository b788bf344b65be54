/**
 * Element-wise operations on views. Operands are cut into common factors; the operation runs in the order of factors
 * that copies the fewest elements, and its result is a view of that order.
 */
import { sizeOf } from "../host-array.js";
import { arrange, materialise } from "./arrange.js";
import type { Expression } from "./expression.js";
import type { LoweringContext, LoweringRule } from "./lowering.js";
import type { OnnxGraph, Value } from "./onnx-graph.js";
import type { Attribute } from "./onnx-model.js";
import { alignRank, commonFactors, contiguousView, type Factor, stridesAt, type View } from "./views.js";

/** The factors of an element-wise operation: size, the dimension each belongs to, and its stride in each operand. */
interface LoopFactor {
  readonly size: number;
  readonly axis: number;
  readonly strides: readonly number[];
}

/** A rule that emits one ONNX operator over all operands. */
export function elementwise(operator: string, attributes: Record<string, Attribute> = {}): LoweringRule {
  return (context, expression, operands) =>
    overCommonFactors(context, expression, operands, (values, shape) =>
      context.graph.emit(operator, values, shape, { attributes, dtype: expression.dtype }),
    );
}

/** Run `emit` on operands brought to one order of factors. */
export function overCommonFactors(
  context: Pick<LoweringContext, "graph">,
  expression: Expression,
  operands: readonly View[],
  emit: (values: Value[], shape: number[]) => Value,
): View {
  const { graph } = context;
  const { shape } = expression;
  const aligned = operands.map((view) => alignRank(view, shape.length));
  const sizes = commonFactors(aligned, shape);
  if (sizes === undefined) {
    const copies = operands.map((view) => contiguousView(materialise(graph, view)));
    return overCommonFactors(context, expression, copies, emit);
  }
  const loop = shape.flatMap((_, axis): LoopFactor[] => {
    const strides = aligned.map((view) => stridesAt(view.dims[axis]!, sizes[axis]!));
    return sizes[axis]!.map((size, i) => ({ size, axis, strides: strides.map((ofOperand) => ofOperand[i]!) }));
  });
  const walked = loop.filter(({ strides }) => strides.some((stride) => stride !== 0));
  const order = cheapestOrder(walked, operands.length);
  const runs = mergeLoop(order);
  const values = aligned.map((view, k) => {
    const factors = order.map(({ size, strides }) => ({ size, stride: strides[k]! }));
    const runShape = runs.map((run) => (run[0]!.strides[k] === 0 ? 1 : runSize(run)));
    return arrange(graph, view.base, factors, withoutLeadingOnes(runShape));
  });
  const [kept, valueShape] =
    runs.length === 1 ? keepShape(graph, values, runSize(runs[0]!)) : [values, runs.map(runSize)];
  return viewOfLoop(emit(kept, valueShape), loop, order, shape.length);
}

/** Where all operands lie alike they keep the shape the first one has: it saves a change of shape before and after. */
function keepShape(graph: OnnxGraph, values: Value[], size: number): [values: Value[], shape: number[]] {
  const isWhole = (value: Value) => sizeOf(value.shape) === size;
  const shape = [...graph.sourceOf(values.find(isWhole)!).shape];
  return [values.map((value) => (isWhole(value) ? graph.reshape(value, shape) : value)), shape];
}

/** The order of factors in which the fewest elements must be copied; the logical order wins ties. */
function cheapestOrder(loop: readonly LoopFactor[], numOperands: number): readonly LoopFactor[] {
  const candidates: (readonly LoopFactor[])[] = [loop];
  for (let k = 0; k < numOperands; k++) {
    if (loop.every(({ strides }) => strides[k] !== 0)) {
      candidates.push(loop.toSorted((a, b) => b.strides[k]! - a.strides[k]!));
    }
  }
  const costs = candidates.map((order) => copiedElements(order, numOperands));
  return candidates[costs.indexOf(Math.min(...costs))]!;
}

function copiedElements(order: readonly LoopFactor[], numOperands: number): number {
  let total = 0;
  for (let k = 0; k < numOperands; k++) {
    const own = order.filter(({ strides }) => strides[k] !== 0);
    const isInOrder = own.every((factor, i) => i === 0 || own[i - 1]!.strides[k]! > factor.strides[k]!);
    if (!isInOrder) total += sizeOf(own.map(({ size }) => size));
  }
  return total;
}

/** Neighbouring factors that every operand either walks or broadcasts become one axis. */
function mergeLoop(order: readonly LoopFactor[]): LoopFactor[][] {
  const runs: LoopFactor[][] = [];
  for (const factor of order) {
    const last = runs.at(-1)?.at(-1);
    const isAlike = last?.strides.every((stride, k) => (stride === 0) === (factor.strides[k] === 0));
    if (isAlike) runs.at(-1)!.push(factor);
    else runs.push([factor]);
  }
  return runs;
}

function runSize(run: readonly LoopFactor[]): number {
  return sizeOf(run.map(({ size }) => size));
}

function withoutLeadingOnes(shape: readonly number[]): number[] {
  const first = shape.findIndex((size) => size !== 1);
  return first < 0 ? [] : shape.slice(first);
}

/** The logical view of a result whose memory is the loop in `order`; what no operand walks stays a broadcast. */
function viewOfLoop(base: Value, loop: readonly LoopFactor[], order: readonly LoopFactor[], rank: number): View {
  const strideOf = new Map<LoopFactor, number>();
  let stride = sizeOf(base.shape);
  for (const factor of order) {
    stride /= factor.size;
    strideOf.set(factor, stride);
  }
  const dims: Factor[][] = Array.from({ length: rank }, () => []);
  for (const factor of loop) dims[factor.axis]!.push({ size: factor.size, stride: strideOf.get(factor) ?? 0 });
  return { base, dims };
}
