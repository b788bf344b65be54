/**
 * From jax-js's list of primitives to expressions, with the algebra that automatic differentiation leaves behind
 * folded: negations and literal factors move outwards until something absorbs them, equal operations become one,
 * broadcast literals become scalars.
 */
import { DarkmatterError } from "../errors.js";
import type { Atom, Equation, Jaxpr, Variable } from "../jax.js";
import type { TensorDType } from "../tensor.js";
import {
  type Expression,
  ExpressionPool,
  type ExpressionProgram,
  elementCount,
  isZero,
  literalValue,
  sameShape,
} from "./expression.js";

export function simplify(jaxpr: Jaxpr): ExpressionProgram {
  return new Simplifier(jaxpr).run();
}

/** Operations that make zeros of a zero. */
const ABSORBED: ReadonlySet<string> = new Set(["mul", "neg", "dot", "transpose", "reshape", "broadcast"]);

/** Operations that show the same elements elsewhere. */
const MOVEMENTS = new Set(["transpose", "reshape", "broadcast"]);

/** Work on something so many times smaller than a value counts for nothing beside work on the value. */
const SMALL = 8;

class Simplifier {
  readonly #pool = new ExpressionPool();
  readonly #values = new Map<Variable, Expression>();
  readonly #uses = new Map<Expression, number>();

  constructor(readonly jaxpr: Jaxpr) {}

  run(): ExpressionProgram {
    const inputs = this.jaxpr.inBinders.map((binder, index) => {
      const input = this.#pool.make({ operator: "input", parameters: { index }, ...typeOf(binder) });
      this.#values.set(binder, input);
      return input;
    });
    const useCounts = countUses(this.jaxpr);
    for (const equation of this.jaxpr.eqns) {
      const operands = equation.inputs.map((atom) => this.#read(atom));
      for (const [result, binder] of equation.outBinders.entries()) {
        const value = this.#build(equation, operands, binder, result);
        this.#values.set(binder, value);
        this.#uses.set(value, (this.#uses.get(value) ?? 0) + (useCounts.get(binder) ?? 0));
      }
    }
    return { inputs, outputs: this.jaxpr.outs.map((atom) => this.#read(atom)) };
  }

  #read(atom: Atom): Expression {
    if ("value" in atom) return this.#pool.literal(atom.value, atom.aval.dtype as TensorDType);
    const value = this.#values.get(atom);
    if (value === undefined) throw new DarkmatterError(`simplify: ${atom} is read before it is computed.`);
    return value;
  }

  #build(equation: Equation, operands: Expression[], binder: Variable, result: number): Expression {
    const { shape, dtype } = typeOf(binder);
    const [a, b] = operands as [Expression, Expression];
    if (operands.some(isZero) && ABSORBED.has(equation.primitive)) return this.#pool.zero(shape, dtype);
    switch (equation.primitive as string) {
      case "stop_gradient":
        return a;
      case "add":
        return this.#add(a, b, shape, dtype);
      case "mul":
        return this.#multiply(a, b, shape, dtype);
      case "neg":
        return this.#negate(a);
      case "reduce":
        return this.#reduce(a, equation.params, shape, dtype);
      case "dot":
        return this.#dot(a, b, shape, dtype);
      case "broadcast":
        return literalValue(a) === undefined
          ? this.#plain(equation, operands, shape, dtype)
          : this.#pool.literal(literalValue(a)!, dtype, shape);
      case "reshape":
      case "transpose":
        return this.#move(equation, a, shape, dtype);
      default:
        return this.#plain(equation, operands, shape, dtype, result);
    }
  }

  #plain(
    equation: Equation,
    operands: Expression[],
    shape: readonly number[],
    dtype: TensorDType,
    result = 0,
  ): Expression {
    return this.#pool.make({
      operator: equation.primitive,
      operands,
      parameters: equation.params,
      shape,
      dtype,
      result,
    });
  }

  /** Movements act on all elements alike, so a sign can pass to the outside. */
  #move(equation: Equation, a: Expression, shape: readonly number[], dtype: TensorDType): Expression {
    const value = literalValue(a);
    if (value !== undefined) return this.#pool.literal(value, dtype, shape);
    if (a.operator === "neg" && this.#isUsedOnce(a))
      return this.#negate(this.#plain(equation, [a.operands[0]!], shape, dtype));
    return this.#plain(equation, [a], shape, dtype);
  }

  #add(a: Expression, b: Expression, shape: readonly number[], dtype: TensorDType): Expression {
    const [x, y] = [literalValue(a), literalValue(b)];
    if ((isZero(a) && isZero(b)) || areOpposite(a, b)) return this.#pool.zero(shape, dtype);
    if (x !== undefined && y !== undefined && dtype !== "bool") return this.#pool.literal(x + y, dtype, shape);
    if (x === 0 && sameShape(b.shape, shape)) return b;
    if (y === 0 && sameShape(a.shape, shape)) return a;
    if (dtype !== "float32") return this.#pool.make({ operator: "add", operands: [a, b], shape, dtype });
    if (a === b) return this.#multiply(a, this.#pool.literal(2, dtype), shape, dtype);
    if (b.operator === "neg") return this.#pool.make({ operator: "sub", operands: [a, b.operands[0]!], shape, dtype });
    if (a.operator === "neg") return this.#pool.make({ operator: "sub", operands: [b, a.operands[0]!], shape, dtype });
    return this.#pool.make({ operator: "add", operands: [a, b], shape, dtype });
  }

  #multiply(a: Expression, b: Expression, shape: readonly number[], dtype: TensorDType): Expression {
    const [x, y] = [literalValue(a), literalValue(b)];
    if (x !== undefined && y !== undefined) return this.#pool.literal(x * y, dtype, shape);
    if (dtype === "float32") {
      if (x !== undefined && sameShape(b.shape, shape)) return this.#scale(b, x);
      if (y !== undefined && sameShape(a.shape, shape)) return this.#scale(a, y);
      if (a.operator === "neg") return this.#negate(this.#multiply(a.operands[0]!, b, shape, dtype));
      if (b.operator === "neg") return this.#negate(this.#multiply(a, b.operands[0]!, shape, dtype));
      const [left, right] = [scaleOf(a), scaleOf(b)];
      if (left && this.#isUsedOnce(a)) return this.#scale(this.#multiply(left.operand, b, shape, dtype), left.factor);
      if (right && this.#isUsedOnce(b))
        return this.#scale(this.#multiply(a, right.operand, shape, dtype), right.factor);
      if (b.operator === "reciprocal" && isDivisor(b, shape)) return this.#divide(a, b, shape);
      if (a.operator === "reciprocal" && isDivisor(a, shape)) return this.#divide(b, a, shape);
    }
    return this.#pool.make({ operator: "mul", operands: [a, b], shape, dtype });
  }

  #divide(a: Expression, reciprocal: Expression, shape: readonly number[]): Expression {
    if (!this.#isUsedOnce(reciprocal))
      return this.#pool.make({ operator: "mul", operands: [a, reciprocal], shape, dtype: "float32" });
    return this.#pool.make({ operator: "div", operands: [a, reciprocal.operands[0]!], shape, dtype: "float32" });
  }

  /** x times a number, merged into what made x where that costs nothing. */
  #scale(x: Expression, factor: number): Expression {
    const { shape, dtype } = x;
    if (factor === 1) return x;
    if (factor === -1) return this.#negate(x);
    if (x.operator === "neg") return this.#scale(x.operands[0]!, -factor);
    const inner = scaleOf(x);
    if (inner && isModerate(inner.factor * factor)) return this.#scale(inner.operand, inner.factor * factor);
    if (x.operator === "dot" && this.#isUsedOnce(x)) {
      const scale = (x.parameters.scale as number) * factor;
      if (isModerate(scale)) return this.#pool.make({ ...x, parameters: { scale } });
    }
    if (this.#isProductPlusSmall(x)) {
      const [a, b] = x.operands.map((operand) => this.#scale(operand, factor)) as [Expression, Expression];
      return this.#add(a, b, shape, dtype);
    }
    return this.#pool.make({ operator: "mul", operands: [x, this.#pool.literal(factor, dtype)], shape, dtype });
  }

  #negate(x: Expression): Expression {
    const { shape, dtype } = x;
    if (isZero(x)) return x;
    const value = literalValue(x);
    if (value !== undefined) return this.#pool.literal(-value, dtype, shape);
    if (x.operator === "neg") return x.operands[0]!;
    const inner = scaleOf(x);
    if (inner) return this.#scale(inner.operand, -inner.factor);
    if (x.operator === "dot" && this.#isUsedOnce(x))
      return this.#pool.make({ ...x, parameters: { scale: -(x.parameters.scale as number) } });
    if (x.operator === "sub" && this.#isUsedOnce(x))
      return this.#pool.make({ ...x, operands: [x.operands[1]!, x.operands[0]!] });
    return this.#pool.make({ operator: "neg", operands: [x], shape, dtype });
  }

  #reduce(
    x: Expression,
    parameters: Record<string, unknown>,
    shape: readonly number[],
    dtype: TensorDType,
  ): Expression {
    if (parameters.op === "Add" && dtype === "float32") {
      if (isZero(x)) return this.#pool.zero(shape, dtype);
      const value = literalValue(x);
      if (value !== undefined)
        return this.#pool.literal((value * elementCount(x)) / shape.reduce((n, size) => n * size, 1), dtype, shape);
      if (x.operator === "neg") return this.#negate(this.#reduce(x.operands[0]!, parameters, shape, dtype));
      const inner = scaleOf(x);
      if (inner) return this.#scale(this.#reduce(inner.operand, parameters, shape, dtype), inner.factor);
    }
    return this.#pool.make({ operator: "reduce", operands: [x], parameters, shape, dtype });
  }

  #dot(a: Expression, b: Expression, shape: readonly number[], dtype: TensorDType): Expression {
    if (dtype !== "float32") {
      return this.#pool.make({ operator: "dot", operands: [a, b], parameters: { scale: 1 }, shape, dtype });
    }
    const [left, right] = [this.#factored(a), this.#factored(b)];
    const scale = left.factor * right.factor;
    if (!isModerate(scale)) {
      return this.#pool.make({ operator: "dot", operands: [a, b], parameters: { scale: 1 }, shape, dtype });
    }
    const operands = [left.operand, right.operand];
    return this.#pool.make({ operator: "dot", operands, parameters: { scale }, shape, dtype });
  }

  /** x as an operand and the factor before it, also where movements lie between: a product takes it for nothing. */
  #factored(x: Expression): { operand: Expression; factor: number } {
    if (x.operator === "neg") {
      const { operand, factor } = this.#factored(x.operands[0]!);
      return { operand, factor: -factor };
    }
    const scaled = scaleOf(x);
    if (scaled) {
      const { operand, factor } = this.#factored(scaled.operand);
      return { operand, factor: factor * scaled.factor };
    }
    if (!MOVEMENTS.has(x.operator)) return { operand: x, factor: 1 };
    const { operand, factor } = this.#factored(x.operands[0]!);
    if (factor === 1) return { operand: x, factor };
    return { operand: this.#pool.make({ ...x, operands: [operand] }), factor };
  }

  /** A product and its bias, read by nobody else: the product takes a factor for nothing, the bias for little. */
  #isProductPlusSmall(x: Expression): boolean {
    if (x.operator !== "add" || !this.#isUsedOnce(x)) return false;
    const [a, b] = x.operands as [Expression, Expression];
    const isPair = (product: Expression, bias: Expression) =>
      product.operator === "dot" && this.#isUsedOnce(product) && elementCount(bias) * SMALL <= elementCount(x);
    return isPair(a, b) || isPair(b, a);
  }

  #isUsedOnce(x: Expression): boolean {
    return (this.#uses.get(x) ?? 0) <= 1;
  }
}

/** Whether a is −b: as a negation, or by opposite factors of one operand. */
function areOpposite(a: Expression, b: Expression): boolean {
  if (a.dtype !== "float32") return false;
  if (a.operator === "neg") return a.operands[0] === b;
  if (b.operator === "neg") return b.operands[0] === a;
  const [left, right] = [scaleOf(a), scaleOf(b)];
  return left !== undefined && left.operand === right?.operand && left.factor === -right.factor;
}

/** If x is y times a literal: y and the literal. */
function scaleOf(x: Expression): { operand: Expression; factor: number } | undefined {
  if (x.operator !== "mul" || x.dtype !== "float32") return undefined;
  const [a, b] = x.operands as [Expression, Expression];
  const literal = literalValue(a) !== undefined ? a : b;
  const factor = literalValue(literal);
  const operand = literal === a ? b : a;
  const isScaled = factor !== undefined && isModerate(factor) && sameShape(operand.shape, x.shape);
  return isScaled ? { operand, factor } : undefined;
}

/** Moving a factor must not overflow or underflow what did not before; 0 must still meet every NaN and infinity. */
function isModerate(factor: number): boolean {
  return Math.abs(factor) > 2 ** -60 && Math.abs(factor) < 2 ** 60;
}

/** Dividing pays only where the reciprocal would be as large as the result. */
function isDivisor(reciprocal: Expression, shape: readonly number[]): boolean {
  return sameShape(reciprocal.shape, shape);
}

function typeOf(variable: Variable): { shape: readonly number[]; dtype: TensorDType } {
  const { shape, dtype } = variable.aval;
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
    throw new DarkmatterError(`native engine: values of type ${dtype} are not supported; use float32 or int32.`);
  }
  return { shape, dtype: dtype as TensorDType };
}

function countUses(jaxpr: Jaxpr): Map<Variable, number> {
  const counts = new Map<Variable, number>();
  for (const atom of [...jaxpr.eqns.flatMap(({ inputs }) => inputs), ...jaxpr.outs]) {
    if (!("value" in atom)) counts.set(atom, (counts.get(atom) ?? 0) + 1);
  }
  return counts;
}
