import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostArray } from "../host-array.js";
import { float32Spec, int32Spec, trace, valueAndGradient } from "../program.js";
import { Tensor } from "../tensor.js";
import { compiled, outputsOn, relativeDifference } from "../testing/compiled.js";
import { wavyArray } from "../testing/gradient-check.js";
import type { Expression } from "./expression.js";
import { simplify } from "./simplify.js";

const specs = { x: float32Spec([2, 3]), y: float32Spec([2, 3]), w: float32Spec([3, 4]), n: int32Spec([3]) };
type Inputs = { readonly [K in keyof typeof specs]: Tensor };

/** An expression as text: operators with their operands, inputs by name. */
function write({ operator, operands, parameters }: Expression, names: readonly string[]): string {
  if (operator === "input") return names[parameters.index as number]!;
  if (operator === "literal") return String(parameters.value);
  const scale = operator === "dot" && parameters.scale !== 1 ? `${parameters.scale}·` : "";
  const isLiteral = (operand: Expression) => Number(operand.operator === "literal");
  const ordered = operator === "mul" ? operands.toSorted((a, b) => isLiteral(a) - isLiteral(b)) : operands;
  return `${scale}${operator}(${ordered.map((operand) => write(operand, names)).join(", ")})`;
}

async function simplified(body: (inputs: Inputs) => Tensor | Tensor[]): Promise<string[]> {
  const program = await trace(specs, (inputs) =>
    Object.fromEntries([body(inputs)].flat().map((out, i) => [`${i}`, out])),
  );
  const names = [...program.constants.map((_, i) => `c${i}`), ...program.inputs.map(({ name }) => name)];
  return simplify(program.jaxpr).outputs.map((output) => write(output, names));
}

describe("algebra", () => {
  test.each<[string, (inputs: Inputs) => Tensor, string]>([
    ["x + -y", ({ x, y }) => x.add(y.neg()), "sub(x, y)"],
    ["-x + y", ({ x, y }) => x.neg().add(y), "sub(y, x)"],
    ["-(x - y), read once", ({ x, y }) => x.sub(y).neg(), "sub(y, x)"],
    ["--x", ({ x }) => x.neg().neg().exp(), "exp(x)"],
    ["-x · -y", ({ x, y }) => x.neg().mul(y.neg()), "mul(x, y)"],
    ["x + x", ({ x }) => x.add(x), "mul(x, 2)"],
    ["x + 0, x · 1", ({ x }) => x.add(0).mul(1).exp(), "exp(x)"],
    ["x · -1", ({ x }) => x.mul(-1).exp(), "exp(neg(x))"],
    ["factors become one", ({ x }) => x.mul(2).mul(3).neg(), "mul(x, -6)"],
    ["factors pass a product", ({ x, y }) => x.mul(2).mul(y.mul(3)), "mul(mul(x, y), 6)"],
    ["factors pass a sum over elements", ({ x }) => x.mul(2).sum(0), "mul(reduce(x), 2)"],
    ["signs pass a sum over elements", ({ x }) => x.neg().sum(0), "neg(reduce(x))"],
    ["signs pass a movement", ({ x }) => x.neg().transpose().neg().exp(), "exp(transpose(x))"],
    ["x · 1/y", ({ x, y }) => x.mul(y.reciprocal()), "div(x, y)"],
    ["a sum of a literal", ({ x }) => x.add(Tensor.full([2, 3], 5).sum()), "add(x, 30)"],
  ])("%s", async (_, body, text) => {
    expect(await simplified(body)).toEqual([text]);
  });

  test("factors and signs of operands and results become the factor of a matrix product", async () => {
    const [text] = await simplified(({ x, w }) => x.mul(0.5).neg().matmul(w.mul(4)).mul(3));
    expect(text!.match(/-6·dot/)).not.toBeNull();
    expect(text!).not.toMatch(/mul|neg/);
  });

  test("the sign of an operand is the sign of the product", async () => {
    const texts = await simplified(({ x, y, w }) => [x.neg().matmul(w), x.neg().matmul(y.neg().transpose())]);
    expect(texts[0]).toMatch(/^-1·dot/);
    expect(texts[1]).toMatch(/^dot/);
  });

  test("factors too large or small to be moved safely stay in their order", async () => {
    const [small, large] = [2 ** -50, 2 ** 40];
    expect(await simplified(({ x }) => x.mul(small).mul(small))).toEqual([`mul(mul(x, ${small}), ${small})`]);
    expect(await simplified(({ x }) => x.mul(small).mul(large))).toEqual([`mul(x, ${small * large})`]);
    expect(await simplified(({ x }) => x.mul(0).sum(0))).toEqual(["reduce(mul(x, 0))"]);
  });

  test("the reciprocal of what is smaller than the result stays: it is cheaper than dividing", async () => {
    const [text] = await simplified(({ x }) => x.mul(x.sum(1, { keepDims: true }).reciprocal()));
    expect(text!.match(/reciprocal/)).not.toBeNull();
  });

  test("a reciprocal or factor that others read as well stays where it is", async () => {
    const texts = await simplified(({ x, y }) => {
      const inverse = y.reciprocal();
      return [x.mul(inverse), inverse.exp()];
    });
    expect(texts).toEqual(["mul(x, reciprocal(y))", "exp(reciprocal(y))"]);
  });

  test("equal operations are the same object, whatever the order of a sum's or product's operands", async () => {
    const program = await trace(specs, ({ x, y }) => ({
      a: x.add(y).exp(),
      b: y.add(x).exp(),
      c: x.sub(y).exp(),
      d: y.sub(x).exp(),
    }));
    const [a, b, c, d] = simplify(program.jaxpr).outputs;
    expect(a).toBe(b);
    expect(c).not.toBe(d);
  });

  test("whole numbers keep their sums and products", async () => {
    expect(await simplified(({ n }) => n.add(n))).toEqual(["add(n, n)"]);
  });

  test("an output that is an input, and one that is a literal", async () => {
    expect(await simplified(({ x }) => [x, Tensor.full([2], 3).mul(2)])).toEqual(["x", "6"]);
  });
});

/** A number in float64, and how large what it was made from may have been: rounding errors are relative to that. */
interface Measured {
  readonly value: number;
  readonly magnitude: number;
}

/** A random formula of x and y, as tensors and as float64 loops over one element. */
interface Formula {
  readonly text: string;
  readonly tensor: (x: Tensor, y: Tensor) => Tensor;
  readonly number: (x: Measured, y: Measured) => Measured;
}

const leaf: fc.Arbitrary<Formula> = fc.constantFrom<Formula>(
  { text: "x", tensor: (x) => x, number: (x) => x },
  { text: "y", tensor: (_, y) => y, number: (_, y) => y },
);
const factor = fc.constantFrom(-2, -1, -0.5, 0, 0.25, 1, 3, 1e-4, 300);
const plus = (a: Measured, b: Measured): Measured => ({
  value: a.value + b.value,
  magnitude: a.magnitude + b.magnitude,
});
const times = (a: Measured, b: Measured): Measured => ({
  value: a.value * b.value,
  magnitude: a.magnitude * b.magnitude,
});
const exactly = (value: number): Measured => ({ value, magnitude: Math.abs(value) });
/** A function whose value and slope are at most 1. */
const gentle =
  (apply: (x: number) => number) =>
  (x: Measured): Measured => ({ value: apply(x.value), magnitude: 1 + x.magnitude });

const { formula } = fc.letrec<{ formula: Formula }>((tie) => {
  const unary = (name: string, tensor: (x: Tensor) => Tensor, apply: (x: Measured) => Measured) =>
    tie("formula").map(
      (a): Formula => ({
        text: `${name}(${a.text})`,
        tensor: (x, y) => tensor(a.tensor(x, y)),
        number: (x, y) => apply(a.number(x, y)),
      }),
    );
  const binary = (
    name: string,
    tensor: (a: Tensor, b: Tensor) => Tensor,
    apply: (a: Measured, b: Measured) => Measured,
  ) =>
    fc.tuple(tie("formula"), tie("formula")).map(
      ([a, b]): Formula => ({
        text: `(${a.text} ${name} ${b.text})`,
        tensor: (x, y) => tensor(a.tensor(x, y), b.tensor(x, y)),
        number: (x, y) => apply(a.number(x, y), b.number(x, y)),
      }),
    );
  const withNumber = fc.tuple(tie("formula"), factor, fc.boolean()).map(
    ([a, by, isSum]): Formula => ({
      text: `(${a.text} ${isSum ? "+" : "·"} ${by})`,
      tensor: (x, y) => (isSum ? a.tensor(x, y).add(by) : a.tensor(x, y).mul(by)),
      number: (x, y) => (isSum ? plus : times)(a.number(x, y), exactly(by)),
    }),
  );
  const negate = (x: Measured) => times(x, exactly(-1));
  const inverse = (x: Tensor) => x.square().add(1).reciprocal();
  const gentleInverse = gentle((x) => 1 / (x * x + 1));
  return {
    formula: fc.oneof(
      { depthSize: "medium", maxDepth: 5 },
      leaf,
      withNumber,
      withNumber,
      unary("-", (x) => x.neg(), negate),
      unary("-turned", (x) => x.transpose().neg().transpose(), negate),
      unary("sin", (x) => x.sin(), gentle(Math.sin)),
      unary("1/(1+²)", inverse, gentleInverse),
      binary("+", (a, b) => a.add(b), plus),
      binary(
        "-",
        (a, b) => a.sub(b),
        (a, b) => plus(a, negate(b)),
      ),
      binary("·", (a, b) => a.mul(b), times),
      binary(
        "· 1/(1+²)",
        (a, b) => a.mul(inverse(b)),
        (a, b) => times(a, gentleInverse(b)),
      ),
      binary(
        "/ (1+²)",
        (a, b) => a.div(b.square().add(1)),
        (a, b) => times(a, gentleInverse(b)),
      ),
    ),
  };
});

describe("the numbers stay", () => {
  const inputs = [wavyArray([2, 3], 1), wavyArray([2, 3], 2)] as const;
  const expectClose = (output: HostArray, it: Formula) => {
    for (const [i, x] of inputs[0].data.entries()) {
      const { value, magnitude } = it.number(exactly(x), exactly(inputs[1].data[i]!));
      expect(Math.abs(output.data[i]! - value), it.text).toBeLessThanOrEqual(1e-5 * magnitude);
    }
  };
  const programOf = (it: Formula) =>
    compiled({ x: float32Spec([2, 3]), y: float32Spec([2, 3]) }, (parameters) => {
      const { aux, gradient } = valueAndGradient(parameters, ({ x, y }) => {
        const output = it.tensor(x, y);
        return { value: output.sum(), aux: { output } };
      });
      return { output: aux.output, gradient };
    });

  test("random formulas give what float64 loops give", async () => {
    await fc.assert(
      fc.asyncProperty(formula, async (it) => {
        expectClose((await outputsOn("native", (await programOf(it)).program, inputs))[0]!, it);
      }),
      { numRuns: 80 },
    );
  });

  test("formulas and their gradients are the same on both engines", async () => {
    await fc.assert(
      fc.asyncProperty(formula, async (it) => {
        const { program } = await programOf(it);
        const [fast, portable] = [await outputsOn("native", program, inputs), await outputsOn("wasm", program, inputs)];
        expectClose(portable[0]!, it);
        for (const i of [1, 2]) expect(relativeDifference(fast[i]!, portable[i]!), it.text).toBeLessThan(1e-3);
      }),
      // Gradients may cancel to nothing but rounding errors: the same formulas every time.
      { numRuns: 15, seed: 4 },
    );
  });
});
