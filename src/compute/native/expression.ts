/**
 * The program as the compiler sees it: a graph of operations in which equal operations are the same object, built
 * through constructors that simplify as they go (`simplify.ts`).
 */
import { sizeOf } from "../host-array.js";
import type { TensorDType } from "../tensor.js";

export interface Expression {
  readonly id: number;
  /** A jax-js primitive, or "input", "literal", "sub", "div". */
  readonly operator: string;
  readonly operands: readonly Expression[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly shape: readonly number[];
  readonly dtype: TensorDType;
  /** Of operations with several results (split): which one this is. */
  readonly result: number;
}

export interface ExpressionProgram {
  /** One for each binder of the jaxpr: its constants, then its inputs. */
  readonly inputs: readonly Expression[];
  readonly outputs: readonly Expression[];
}

export interface ExpressionDraft {
  readonly operator: string;
  readonly operands?: readonly Expression[];
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly shape: readonly number[];
  readonly dtype: TensorDType;
  readonly result?: number;
}

/** Makes expressions; asking for the same one twice gives the same object. */
export class ExpressionPool {
  readonly #known = new Map<string, Expression>();

  make(draft: ExpressionDraft): Expression {
    const { operator, operands = [], parameters = {}, shape, dtype, result = 0 } = draft;
    const ordered = COMMUTATIVE.has(operator) ? operands.toSorted((a, b) => a.id - b.id) : operands;
    const ids = ordered.map(({ id }) => id);
    const key = JSON.stringify([operator, ids, parameters, shape, dtype, result], (_, value) =>
      Object.is(value, -0) ? "-0" : value,
    );
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = { id: this.#known.size, operator, operands: ordered, parameters, shape, dtype, result };
    this.#known.set(key, made);
    return made;
  }

  literal(value: number, dtype: TensorDType, shape: readonly number[] = []): Expression {
    // JSON has no infinities or NaN: the text tells them apart in the key.
    return this.make({ operator: "literal", parameters: { value, text: String(value) }, shape, dtype });
  }

  /** Zeros that are zero whatever they meet, as x − x is where x is finite: they absorb factors, a literal 0 does not. */
  zero(shape: readonly number[], dtype: TensorDType): Expression {
    return this.make({ operator: "literal", parameters: { value: 0, text: "zero" }, shape, dtype });
  }
}

const COMMUTATIVE = new Set(["add", "mul", "min", "max"]);

/** The number of a literal, if the expression is one. */
export function literalValue(expression: Expression): number | undefined {
  return expression.operator === "literal" ? (expression.parameters.value as number) : undefined;
}

/** Whether the expression is a zero that absorbs factors. */
export function isZero(expression: Expression): boolean {
  return expression.operator === "literal" && expression.parameters.text === "zero";
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

export function elementCount(expression: Expression): number {
  return sizeOf(expression.shape);
}

/** Everything the outputs need, operands first, in the order it was traced. */
export function reachable(outputs: readonly Expression[]): Expression[] {
  const reached = new Set<Expression>();
  const stack = [...outputs];
  while (stack.length > 0) {
    const expression = stack.pop()!;
    if (reached.has(expression)) continue;
    reached.add(expression);
    stack.push(...expression.operands);
  }
  // Expressions are numbered as they are made, so operands come first, and values stay short-lived.
  return [...reached].sort((a, b) => a.id - b.id);
}
