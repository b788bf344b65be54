/** Gradients held against central differences. */
import { compile } from "../engine.js";
import { chooseEngine } from "../engines.js";
import { float32, type HostArray } from "../host-array.js";
import { trace, valueAndGradient } from "../program.js";
import type { Tensor } from "../tensor.js";

type Named<T> = Readonly<Record<string, T>>;

/**
 * Largest difference between the gradient and central differences over all elements, relative to the largest element.
 * @param body scalar function of the inputs
 * @param constants inputs that are not differentiated
 */
export async function maxGradientError(
  inputs: Named<HostArray>,
  body: (inputs: Named<Tensor>, constants: Named<Tensor>) => Tensor,
  { constants = {}, step = 1e-2 }: { constants?: Named<HostArray>; step?: number } = {},
): Promise<number> {
  const program = await trace({ inputs, constants }, (tensors) => {
    const fixed: Named<Tensor> = tensors.constants ?? {};
    const { value, gradient } = valueAndGradient(tensors.inputs as Named<Tensor>, (moved) => ({
      value: body(moved, fixed),
      aux: {},
    }));
    return { value, gradient };
  });
  const executable = await compile(program, await chooseEngine());
  const { gradient } = await executable.run({ inputs, constants });
  const valueAt = async (name: string, index: number, offset: number): Promise<number> => {
    const { data, shape } = inputs[name]!;
    const moved = Float32Array.from(data);
    moved[index]! += offset;
    const result = await executable.run({ inputs: { ...inputs, [name]: float32(moved, shape) }, constants });
    return result.value.data[0]!;
  };
  let [largestError, largestGradient] = [0, 1e-6];
  for (const [name, analytic] of Object.entries(gradient)) {
    for (const [index, expected] of analytic.data.entries()) {
      const numeric = ((await valueAt(name, index, step)) - (await valueAt(name, index, -step))) / (2 * step);
      const error = Math.abs(numeric - expected);
      // NaN must not pass as small
      largestError = error <= largestError ? largestError : error;
      largestGradient = Math.max(largestGradient, Math.abs(expected));
    }
  }
  await executable.dispose();
  return largestError / largestGradient;
}

/** Host arrays of pseudo-random values, a pure function of `seed`. */
export function wavyArray(shape: readonly number[], seed: number, scale = 1): HostArray {
  const size = shape.reduce((product, n) => product * n, 1);
  const wave = (i: number): number =>
    scale * Math.sin(1 + seed * 1.7 + i * 2.3 + 0.37 * i * (1 + (seed % 5)) + 0.011 * i * i);
  return float32(
    Float32Array.from({ length: size }, (_, i) => wave(i)),
    shape,
  );
}
