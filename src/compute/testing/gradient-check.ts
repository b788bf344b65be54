/** Gradients held against central differences. */
import { compile, isHostArray } from "../engine.js";
import { chooseEngine } from "../engines.js";
import { float32, type HostArray, sizeOf } from "../host-array.js";
import { type TensorSpec, trace, valueAndGradient } from "../program.js";
import type { Tensor } from "../tensor.js";
import { flattenTree, type MapTree, type Tree } from "../tree.js";

type Tensors<I> = MapTree<I, TensorSpec, Tensor>;

/**
 * Largest difference between the gradient and central differences over all elements, relative to the largest element.
 * @param inputs tree of float32 arrays, all of which are differentiated
 * @param body scalar function of the inputs
 */
export async function maxGradientError<const I>(
  inputs: I,
  body: (inputs: Tensors<I>) => Tensor,
  step = 1e-2,
): Promise<number> {
  const program = await trace({ inputs }, (tensors) => {
    const differentiated = valueAndGradient(tensors.inputs as Tree<Tensor>, (moved) => ({
      value: body(moved as Tensors<I>),
      aux: {},
    }));
    return { value: differentiated.value, gradient: differentiated.gradient };
  });
  const executable = await compile(program, await chooseEngine());
  const given = flattenTree({ inputs } as Tree<HostArray>, isHostArray);
  const run = (arrays: ReadonlyMap<string, HostArray>) => executable.run(Object.fromEntries(arrays) as never);
  const valueAt = async (name: string, index: number, offset: number): Promise<number> => {
    const { data, shape } = given.get(name)!;
    const moved = Float32Array.from(data);
    moved[index]! += offset;
    const { value } = await run(new Map([...given, [name, float32(moved, shape)]]));
    return value.data[0]!;
  };
  const { gradient } = await run(given);
  let [largestError, largestGradient] = [0, 1e-6];
  for (const [path, analytic] of flattenTree(gradient as Tree<HostArray>, isHostArray, "inputs")) {
    for (const [index, expected] of analytic.data.entries()) {
      const numeric = ((await valueAt(path, index, step)) - (await valueAt(path, index, -step))) / (2 * step);
      // Math.max keeps a NaN, so it cannot pass
      largestError = Math.max(largestError, Math.abs(numeric - expected));
      largestGradient = Math.max(largestGradient, Math.abs(expected));
    }
  }
  await executable.dispose();
  return largestError / largestGradient;
}

/** An array of irregular values within ±scale, a pure function of `seed`. */
export function wavyArray(shape: readonly number[], seed: number, scale = 1): HostArray {
  const wave = (i: number): number =>
    scale * Math.sin(1 + seed * 1.7 + i * 2.3 + 0.37 * i * (1 + (seed % 5)) + 0.011 * i * i);
  return float32(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => wave(i)),
    shape,
  );
}
