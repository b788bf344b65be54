/**
 * Lowering: expressions become nodes of an ONNX graph, each by the rule of its operator. What only moves elements
 * (transpose, broadcast, reshape) becomes a view and no node; products are recovered in `matmul.ts`.
 */
import { DarkmatterError } from "../errors.js";
import type { HostArray } from "../host-array.js";
import type { Jaxpr } from "../jax.js";
import { materialise } from "./arrange.js";
import { convolution } from "./convolution.js";
import { elementwise } from "./elementwise.js";
import { type Expression, type ExpressionProgram, literalValue, reachable } from "./expression.js";
import { type LoweringContext, type LoweringRule, unsupported } from "./lowering.js";
import { dot } from "./matmul.js";
import { concatenate, flip, gather, pad, scatter, shrink, sort, split } from "./movement.js";
import { OnnxGraph, type Value } from "./onnx-graph.js";
import { pool, poolTranspose } from "./pool.js";
import { reduce } from "./reduce.js";
import { softmax, standardise } from "./rows.js";
import { broadcast, contiguousView, isContiguous, permute, reshapeView, type View } from "./views.js";

const RULES: Readonly<Record<string, LoweringRule>> = {
  add: elementwise("Add"),
  sub: elementwise("Sub"),
  mul: elementwise("Mul"),
  div: elementwise("Div"),
  min: elementwise("Min"),
  max: elementwise("Max"),
  neg: elementwise("Neg"),
  reciprocal: elementwise("Reciprocal"),
  floor: elementwise("Floor"),
  ceil: elementwise("Ceil"),
  sin: elementwise("Sin"),
  cos: elementwise("Cos"),
  asin: elementwise("Asin"),
  atan: elementwise("Atan"),
  exp: elementwise("Exp"),
  log: elementwise("Log"),
  erf: elementwise("Erf"),
  sqrt: elementwise("Sqrt"),
  where: elementwise("Where"),
  cast: (context, expression, operands) => {
    const code = { float32: 1, int32: 6, bool: 9 }[expression.dtype];
    return elementwise("Cast", { to: code })(context, expression, operands);
  },
  compare: (context, expression, operands) => compare(context, expression, operands),
  reduce,
  dot,
  conv: convolution,
  pool,
  pool_transpose: poolTranspose,
  transpose: (_, { parameters }, operands) => permute(operands[0]!, parameters.perm as number[]),
  broadcast: (_, { parameters, shape }, operands) => broadcast(operands[0]!, shape, parameters.axis as number[]),
  reshape: ({ graph }, { shape }, operands) => {
    const view = operands[0]!;
    return reshapeView(view, shape) ?? contiguousView(materialise(graph, view), shape);
  },
  shrink,
  pad,
  flip,
  concatenate,
  split,
  gather,
  scatter,
  sort,
  sigmoid: elementwise("Sigmoid"),
  tanh: elementwise("Tanh"),
  softmax,
  standardise,
};

/** Primitives that `simplify` leaves nothing of. */
const FOLDED: ReadonlySet<string> = new Set(["stop_gradient"]);

const ADVICE: Readonly<Record<string, string>> = {
  random_bits: "Randomness is made on the host: pass it in as an input (keyFor).",
  erfc: "Use 1 - erf(x).",
};

export interface LoweredProgram {
  readonly graph: OnnxGraph;
  /** Values of the program's inputs, constants first; undefined where nothing reads one. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
}

/** @param constants values of the first inputs */
export function lower(program: ExpressionProgram, constants: readonly (HostArray | undefined)[]): LoweredProgram {
  const graph = new OnnxGraph();
  const views = new Map<Expression, View>();
  const order = reachable(program.outputs);
  const read = new Set(order);
  const viewOf = (expression: Expression) => views.get(expression)!;
  const context = { graph, viewOf, prefersSwapped: outputPreference(order) };
  const inputs = program.inputs.map((input, i) => {
    if (!read.has(input)) return undefined;
    const constant = i < constants.length ? constants[i] : undefined;
    const value = constant
      ? graph.constant(constant.data, input.shape, input.dtype)
      : graph.input(input.shape, input.dtype);
    views.set(input, contiguousView(value));
    return value;
  });
  for (const expression of order) {
    if (!views.has(expression)) views.set(expression, lowerOne(context, expression, views));
  }
  const outputs = distinctOutputs(
    graph,
    program.outputs.map((output) => views.get(output)!),
  );
  return { graph, inputs, outputs };
}

function lowerOne(context: LoweringContext, expression: Expression, views: ReadonlyMap<Expression, View>): View {
  const literal = literalValue(expression);
  if (literal !== undefined) {
    const scalar = contiguousView(context.graph.scalar(literal, expression.dtype));
    return broadcast(
      scalar,
      expression.shape,
      expression.shape.map((_, axis) => axis),
    );
  }
  const operands = expression.operands.map((operand) => views.get(operand)!);
  return RULES[expression.operator]!(context, expression, operands);
}

/** Before anything else, so that the error names the operation and not what it would trip over. */
export function requireTranslations(jaxpr: Jaxpr): void {
  for (const { primitive } of jaxpr.eqns) {
    if (Object.hasOwn(RULES, primitive) || FOLDED.has(primitive)) continue;
    throw unsupported(primitive, ADVICE[primitive] ?? 'Name the engine: "wasm" runs it.');
  }
}

function compare(context: LoweringContext, expression: Expression, operands: readonly View[]): View {
  const operator = { less: "Less", less_equal: "LessOrEqual", equal: "Equal", not_equal: "Equal" }[
    expression.parameters.op as string
  ];
  if (operator === undefined)
    throw new DarkmatterError(`native engine: unknown comparison ${expression.parameters.op}.`);
  const result = elementwise(operator)(context, expression, operands);
  if (expression.parameters.op !== "not_equal") return result;
  return { base: context.graph.emit("Not", [result.base], result.base.shape), dims: result.dims };
}

/**
 * A matrix product can be written as rows x columns or the other way round at the same cost. Follow its only reader
 * through movements to what is finally wanted, and take the one that needs no transpose there.
 */
function outputPreference(order: readonly Expression[]): LoweringContext["prefersSwapped"] {
  const readers = new Map<Expression, Expression[]>();
  for (const expression of order) {
    for (const operand of expression.operands) readers.set(operand, [...(readers.get(operand) ?? []), expression]);
  }
  const follow = (expression: Expression, view: View): View => {
    const [reader, ...others] = readers.get(expression) ?? [];
    if (reader === undefined || others.length > 0) return view;
    if (reader.operator === "transpose") return follow(reader, permute(view, reader.parameters.perm as number[]));
    if (reader.operator !== "reshape") return view;
    const reshaped = reshapeView(view, reader.shape);
    return reshaped === undefined ? view : follow(reader, reshaped);
  };
  return (expression, candidates) =>
    Math.max(
      0,
      candidates.findIndex((view) => isContiguous(follow(expression, view))),
    );
}

/** Outputs must be row-major, computed by a node, and each its own value. */
function distinctOutputs(graph: OnnxGraph, views: readonly View[]): Value[] {
  const taken = new Set<string>();
  return views.map((view) => {
    const isPlain = isContiguous(view);
    const value = isPlain ? view.base : materialise(graph, view);
    if (graph.isComputed(value) && !taken.has(value.name)) {
      taken.add(value.name);
      return value;
    }
    const copy = graph.copy(value);
    taken.add(copy.name);
    return copy;
  });
}
