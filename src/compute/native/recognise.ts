/**
 * Finding again what ONNX Runtime computes in one pass and the program spells out in several. Rows are elements along
 * the last axis, which is where layers use them.
 *   sigmoid      (e^−x + 1)⁻¹
 *   tanh         2 (e^−2x + 1)⁻¹ − 1
 *   softmax      exp(x − max x) · (Σ exp(x − max x))⁻¹ of rows
 *   standardise  c · (√(Σ c² / n + ε))⁻¹ with c = x − Σ x / n, of rows; the inverse deviation is a second result
 */
import {
  type Expression,
  ExpressionPool,
  type ExpressionProgram,
  literalValue,
  reachable,
  sameShape,
} from "./expression.js";

/** The program with every pattern as one operation. */
export function recognise(program: ExpressionProgram): ExpressionProgram {
  const pool = new ExpressionPool();
  const order = reachable(program.outputs);
  const found = new Map<Expression, Match>();
  for (const expression of order) for (const match of matchesAt(expression)) found.set(match.whole, match);
  const rebuilt = new Map<Expression, Expression>();
  const rebuild = (expression: Expression): Expression => {
    const match = found.get(expression);
    const operands = (match?.operands ?? expression.operands).map((operand) => rebuilt.get(operand)!);
    return pool.make({ ...expression, ...match?.replacement, operands });
  };
  const inputs = program.inputs.map((input) => pool.make(input));
  for (const [i, input] of program.inputs.entries()) rebuilt.set(input, inputs[i]!);
  for (const expression of order) if (!rebuilt.has(expression)) rebuilt.set(expression, rebuild(expression));
  return { inputs, outputs: program.outputs.map((output) => rebuilt.get(output)!) };
}

/** An expression, and the operation that gives it in one. */
interface Match {
  readonly whole: Expression;
  readonly operands: readonly Expression[];
  readonly replacement: Pick<Expression, "operator" | "parameters" | "result">;
}

function matchesAt(expression: Expression): readonly Match[] {
  switch (expression.operator) {
    case "reciprocal": {
      const [x] = operandsOf(logisticExponent(expression), "neg");
      return x === undefined ? [] : [match(expression, x, "sigmoid")];
    }
    case "add":
      return tanhAt(expression);
    case "mul":
      return rowsAt(expression);
    default:
      return [];
  }
}

function tanhAt(expression: Expression): readonly Match[] {
  const [doubled, shift] = withLiteral(expression, "add");
  const [logistic, factor] = shift === -1 ? withLiteral(doubled!, "mul") : [];
  const [x, slope] = factor === 2 ? withLiteral(logisticExponent(logistic!), "mul") : [];
  return slope === -2 ? [match(expression, x!, "tanh")] : [];
}

/** e, if the expression is (exp(e) + 1)⁻¹. */
function logisticExponent(expression: Expression): Expression | undefined {
  const [denominator] = operandsOf(expression, "reciprocal");
  const [power, one] = withLiteral(denominator, "add");
  return one === 1 ? operandsOf(power, "exp")[0] : undefined;
}

function rowsAt(expression: Expression): readonly Match[] {
  for (const [value, factor] of [expression.operands, expression.operands.toReversed()] as [Expression, Expression][]) {
    if (factor.operator !== "reciprocal" || !isColumnOf(factor, value)) continue;
    const softmaxed = softmaxInput(value, factor);
    if (softmaxed !== undefined) return [match(expression, softmaxed, "softmax")];
    const standardised = standardiseInput(value, factor);
    if (standardised === undefined) continue;
    const { x, epsilon } = standardised;
    return [match(expression, x, "standardise", { epsilon }), match(factor, x, "standardise", { epsilon }, 1)];
  }
  return [];
}

function match(
  whole: Expression,
  x: Expression,
  operator: string,
  parameters: Expression["parameters"] = {},
  result = 0,
): Match {
  return { whole, operands: [x], replacement: { operator, parameters, result } };
}

/** x, if `value` is exp(x − max x) and `factor` the reciprocal of its sum. */
function softmaxInput(value: Expression, factor: Expression): Expression | undefined {
  if (value.operator !== "exp" || rowReduction(factor.operands[0]!, "Add") !== value) return undefined;
  const [x, peak] = operandsOf(value.operands[0]!, "sub");
  return x !== undefined && rowReduction(peak!, "Max") === x ? x : undefined;
}

/** x and ε, if `centred` is x − mean x and `factor` the reciprocal of its standard deviation. */
function standardiseInput(centred: Expression, factor: Expression): { x: Expression; epsilon: number } | undefined {
  const [deviation] = operandsOf(factor, "reciprocal");
  const [shifted] = operandsOf(deviation, "sqrt");
  const [variance, epsilon] = withLiteral(shifted, "add");
  const [squares, overCount] = withLiteral(variance, "mul");
  if (squares === undefined || epsilon === undefined) return undefined;
  const squared = rowReduction(squares, "Add");
  const isSquare = squared?.operator === "mul" && squared.operands.every((operand) => operand === centred);
  const size = centred.shape.at(-1)!;
  if (!isSquare || !isNear(overCount!, 1 / size)) return undefined;
  for (const [x, mean] of [centred.operands, centred.operands.toReversed()] as [Expression, Expression][]) {
    const [sum, minusOverCount] = centred.operator === "add" ? withLiteral(mean, "mul") : [];
    if (sum !== undefined && rowReduction(sum, "Add") === x && isNear(minusOverCount!, -1 / size))
      return { x, epsilon };
  }
  return undefined;
}

/** What is reduced along its last axis, if `expression` is that reduction with the axis kept at size 1. */
function rowReduction(expression: Expression, op: string): Expression | undefined {
  const [reduced] = operandsOf(expression, "reshape");
  if (reduced?.operator !== "reduce" || reduced.parameters.op !== op) return undefined;
  const [x] = reduced.operands as [Expression];
  const axes = reduced.parameters.axis as readonly number[];
  const isLast = axes.length === 1 && axes[0] === x.shape.length - 1;
  return isLast && isColumnOf(expression, x) ? x : undefined;
}

/** Whether `column` has the shape of `value`, but for a last axis of size 1. */
function isColumnOf(column: Expression, value: Expression): boolean {
  return sameShape(column.shape, [...value.shape.slice(0, -1), 1]);
}

function operandsOf(expression: Expression | undefined, operator: string): readonly Expression[] {
  return expression?.operator === operator ? expression.operands : [];
}

/** The other operand and the number, if one operand is a literal. */
function withLiteral(expression: Expression | undefined, operator: string): [Expression, number] | [] {
  const [a, b] = operandsOf(expression, operator);
  if (a === undefined || b === undefined) return [];
  const [x, y] = [literalValue(a), literalValue(b)];
  if (y !== undefined) return [a, y];
  return x === undefined ? [] : [b, x];
}

/** Literals were rounded to float32. */
function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-6 * Math.abs(b);
}
