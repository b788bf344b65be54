/** The program between passes, for a person to read: every operation with its shapes and the bytes it moves. */
import type { Atom, Jaxpr } from "../jax.js";
import type { TensorDType } from "../tensor.js";
import { type Expression, type ExpressionProgram, literalValue, reachable } from "./expression.js";
import { bytesOf, ownsOutputs } from "./memory.js";
import type { ModelMessage, ValueMessage } from "./onnx-model.js";

export interface Operation {
  readonly operator: string;
  /** "v7 [64, 192] = Mul(v5 [64, 192], v6 [192])" */
  readonly text: string;
  /** What it reads and writes if it runs by itself; movements that are only views move nothing. */
  readonly bytes: number;
}

export type PassName = "trace" | "simplify" | "recognise" | "lower" | "fuse" | "schedule";

/** Called after each pass; `operations` lists the program, which costs something, so only if it is called. */
export type Observer = (pass: PassName, operations: () => readonly Operation[]) => void;

interface Typed {
  readonly shape: readonly number[];
  readonly dtype: string;
}

export function operationsOfJaxpr(jaxpr: Jaxpr): Operation[] {
  const names = new Map<Atom, string>();
  const nameOf = (atom: Atom): string => {
    if ("value" in atom) return String(atom.value);
    if (!names.has(atom)) names.set(atom, `x${names.size}`);
    return names.get(atom)!;
  };
  return jaxpr.eqns.map(({ primitive, inputs, outBinders }) => {
    const operands = inputs.map((atom) => ({ name: nameOf(atom), ...typeOf(atom.aval) }));
    const results = outBinders.map((binder) => ({ name: nameOf(binder), ...typeOf(binder.aval) }));
    return operation(primitive, operands, results, bytesMoved([...operands, ...results]));
  });
}

/** Operators whose result is their operand seen otherwise. */
const VIEWS: ReadonlySet<string> = new Set(["transpose", "reshape", "broadcast"]);

export function operationsOfExpressions({ outputs }: ExpressionProgram): Operation[] {
  const named = (expression: Expression) => {
    const { shape, dtype, id } = expression;
    const literal = literalValue(expression);
    return {
      name: literal === undefined ? `e${id}` : String(literal),
      shape: literal === undefined ? shape : [],
      dtype,
    };
  };
  return reachable(outputs)
    .filter(({ operator }) => operator !== "input" && operator !== "literal")
    .map((expression) => {
      const operands = expression.operands.map(named);
      const bytes = VIEWS.has(expression.operator) ? 0 : bytesMoved([...operands, expression]);
      return operation(expression.operator, operands, [named(expression)], bytes);
    });
}

export function operationsOfModel(model: ModelMessage, values: ReadonlyMap<string, ValueMessage>): Operation[] {
  const named = (names: readonly string[]) => names.filter((name) => name !== "").map((name) => values.get(name)!);
  return model.nodes.map((node) => {
    const [operands, results] = [named(node.inputs), named(node.outputs)];
    const bytes = ownsOutputs(node) ? [...operands, ...results].reduce((sum, value) => sum + bytesOf(value), 0) : 0;
    return operation(node.operator, operands, results, bytes);
  });
}

function operation(
  operator: string,
  operands: readonly ({ readonly name: string } & Typed)[],
  results: readonly ({ readonly name: string } & Typed)[],
  bytes: number,
): Operation {
  const show = ({ name, shape }: { readonly name: string } & Typed) => `${name} [${shape.join(", ")}]`;
  return { operator, text: `${results.map(show).join(", ")} = ${operator}(${operands.map(show).join(", ")})`, bytes };
}

function typeOf({ shape, dtype }: Typed): Typed {
  return { shape, dtype };
}

function bytesMoved(values: readonly Typed[]): number {
  return values.reduce((sum, { shape, dtype }) => sum + bytesOf({ shape, dtype: dtype as TensorDType }), 0);
}
