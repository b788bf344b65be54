/** Every operation of `Tensor`, forward and backward, on every engine: the same numbers within float32 tolerance. */
import { describe, expect, test } from "vitest";
import {
  chooseEngine,
  compile,
  float32,
  float32Spec,
  type HostArray,
  int32,
  int32Spec,
  keyFor,
  Random,
  sizeOf,
  Tensor,
  trace,
  valueAndGradient,
} from "./index.js";
import { type ParityCase, parityCases } from "./testing/parity-cases.js";
import { hasWebgpu, whyNot } from "./testing/software-gpu.js";

/** Largest difference allowed between engines, relative to the largest value of the output. */
const TOLERANCE = 2e-5;

function draw(shape: readonly number[], name: string, [low, high]: readonly [number, number]): HostArray {
  const random = new Random(keyFor(7, name));
  return float32(
    Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(low, high)),
    shape,
  );
}

/** The output, and the gradient of a weighted sum of it by every input. */
async function tracedCase({ shapes, body, hasGradient }: ParityCase) {
  const specs = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, float32Spec(shape)]));
  return trace(specs, (inputs) => {
    const parameters = inputs as Record<string, Tensor>;
    if (hasGradient === false) return { output: body(...Object.values(parameters)) };
    const { aux, gradient } = valueAndGradient(parameters, (leaves) => {
      const output = body(...Object.values(leaves));
      const weights = Float32Array.from({ length: output.size }, (_, i) => Math.sin(1 + 2 * i));
      return { value: output.mul(Tensor.constant(float32(weights, output.shape))).sum(), aux: { output } };
    });
    return { output: aux.output, gradient };
  });
}

const REFERENCE = "wasm";

interface Reference {
  readonly program: Awaited<ReturnType<typeof tracedCase>>;
  readonly inputs: Record<string, HostArray>;
  readonly expected: readonly HostArray[];
}
const references = new Map<string, Promise<Reference>>();

/** A case traced, with its inputs and what the reference engine makes of them: once, for all engines. */
function referenceOf(name: string, it: ParityCase): Promise<Reference> {
  const known = references.get(name);
  if (known !== undefined) return known;
  const made = (async () => {
    const program = await tracedCase(it);
    const range = it.range ?? [-1.5, 1.5];
    const inputs = Object.fromEntries(it.shapes.map((shape, i) => [`x${i}`, draw(shape, `${name} ${i}`, range)]));
    return { program, inputs, expected: await runFlat(program, REFERENCE, inputs) };
  })();
  references.set(name, made);
  return made;
}

function requireParity(engineName: string): void {
  test.each(Object.entries(parityCases))("%s", async (name, it) => {
    const { program, inputs, expected } = await referenceOf(name, it);
    const got = await runFlat(program, engineName, inputs);
    expect(got.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
    for (const [i, array] of got.entries()) {
      const difference = relativeDifference(array, expected[i]!);
      expect(difference, program.outputs[i]!.name).toBeLessThan(it.tolerances?.[engineName] ?? TOLERANCE);
    }
  });
}

describe("every operation on native agrees with wasm", () => requireParity("native"));
describe.skipIf(!hasWebgpu)(`every operation on webgpu agrees with wasm${whyNot}`, () => requireParity("webgpu"));

async function runFlat(
  program: Awaited<ReturnType<typeof tracedCase>>,
  engineName: string,
  inputs: Record<string, HostArray>,
) {
  const executable = await compile(program, await chooseEngine(engineName));
  const outputs = (await executable.run(inputs as never)) as {
    output: HostArray;
    gradient?: Record<string, HostArray>;
  };
  await executable.dispose();
  return [outputs.output, ...Object.values(outputs.gradient ?? {})];
}

function relativeDifference(a: HostArray, b: HostArray): number {
  const scale = Math.max(1e-3, ...Array.from(b.data, Math.abs));
  return Math.max(...Array.from(a.data, (value, i) => Math.abs(value - b.data[i]!))) / scale;
}

test("outputs are written into arrays given for them, and inputs may pass straight through", async () => {
  const program = await trace({ x: float32Spec([3]), y: float32Spec([2]), n: int32Spec([2]) }, ({ x, y, n }) => ({
    same: x,
    twice: x.mul(2),
    again: x,
    y,
    n,
  }));
  const executable = await compile(program, await chooseEngine("native"));
  const into = {
    same: float32([0, 0, 0], [3]),
    twice: float32([0, 0, 0], [3]),
    again: float32([0, 0, 0], [3]),
    y: float32([0, 0], [2]),
    n: int32([0, 0], [2]),
  };
  const result = await executable.run(
    { x: float32([1, 2, 3], [3]), y: float32([4, 5], [2]), n: int32([6, 7], [2]) },
    into,
  );
  expect(result.twice.data).toBe(into.twice.data);
  expect([...into.same.data, ...into.again.data, ...into.twice.data]).toEqual([1, 2, 3, 1, 2, 3, 2, 4, 6]);
  expect([...into.y.data, ...into.n.data]).toEqual([4, 5, 6, 7]);
  await executable.dispose();
});
