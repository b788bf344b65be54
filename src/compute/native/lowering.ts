/** What every lowering rule gets and gives: expressions become views of values in an ONNX graph. */
import { DarkmatterError } from "../errors.js";
import type { Expression } from "./expression.js";
import type { OnnxGraph } from "./onnx-graph.js";
import type { View } from "./views.js";

export interface LoweringContext {
  readonly graph: OnnxGraph;
  /** The view of an expression that was lowered before. */
  readonly viewOf: (expression: Expression) => View;
  /** Which of two layouts the only reader of a matrix product would like: 0 or 1. */
  readonly prefersSwapped: (expression: Expression, candidates: readonly View[]) => number;
}

/** Emit one expression; `operands` are the views of its operands. */
export type LoweringRule = (context: LoweringContext, expression: Expression, operands: readonly View[]) => View;

export function unsupported(primitive: string, advice: string): DarkmatterError {
  return new DarkmatterError(`native engine: the primitive "${primitive}" has no ONNX translation. ${advice}`);
}
