/** Operations on rows, the elements along the last axis: what `recognise` found, as one ONNX node each. */
import { sizeOf } from "../host-array.js";
import { arrange, materialise } from "./arrange.js";
import type { LoweringRule } from "./lowering.js";
import type { OnnxGraph, Value } from "./onnx-graph.js";
import { contiguousView, type Factor, mergeFactors, type View } from "./views.js";

export const softmax: LoweringRule = ({ graph }, _, operands) => {
  const rows = readRows(graph, operands[0]!);
  return rows.viewOf(graph.emit("Softmax", [rows.value], rows.value.shape, { attributes: { axis: -1 } }));
};

/** Result 0: rows with mean 0 and variance 1. Result 1: the inverse standard deviation of each row, as a column. */
export const standardise: LoweringRule = ({ graph }, { parameters, result }, operands) => {
  const rows = readRows(graph, operands[0]!);
  const [numRows, size] = rows.value.shape as [number, number];
  const unitGain = graph.constant(new Float32Array(size).fill(1), [size], "float32");
  const shapes = [
    [numRows, size],
    [numRows, 1],
    [numRows, 1],
  ];
  const attributes = { axis: -1, epsilon: { float: parameters.epsilon as number } };
  const [normed, , inverseDeviation] = graph.emitMany("LayerNormalization", [rows.value, unitGain], shapes, {
    attributes,
  });
  return result === 0 ? rows.viewOf(normed!) : rows.viewOfColumn(inverseDeviation!);
};

interface Rows {
  /** [rows, last axis] */
  readonly value: Value;
  /** The logical view of a result that lies as `value` does. */
  viewOf(result: Value): View;
  /** The logical view of one number a row. */
  viewOfColumn(result: Value): View;
}

/** Bring the last axis innermost; the rows keep their order in memory, and rows that repeat are read once. */
function readRows(graph: OnnxGraph, view: View): Rows {
  const last = mergeFactors(view.dims.at(-1)!);
  if (last.some(({ stride }) => stride === 0)) return readRows(graph, contiguousView(materialise(graph, view)));
  const outer = view.dims.slice(0, -1);
  const walked = outer
    .flat()
    .filter(({ stride, size }) => stride !== 0 && size !== 1)
    .sort((a, b) => b.stride - a.stride);
  const [numRows, size] = [sizeOf(walked.map((factor) => factor.size)), sizeOf(last.map((factor) => factor.size))];
  const value = arrange(graph, view.base, [...walked, ...last], [numRows, size]);
  /** Strides of the rows once each is `rowSize` elements. */
  const dimsOf = (rowSize: number): Factor[][] => {
    const strideOf = new Map<Factor, number>();
    let stride = rowSize;
    for (const factor of walked.toReversed()) {
      strideOf.set(factor, stride);
      stride *= factor.size;
    }
    return outer.map((factors) => factors.map((factor) => ({ size: factor.size, stride: strideOf.get(factor) ?? 0 })));
  };
  return {
    value,
    viewOf: (base) => ({ base, dims: [...dimsOf(size), [{ size, stride: 1 }]] }),
    viewOfColumn: (base) => ({ base, dims: [...dimsOf(1), []] }),
  };
}
