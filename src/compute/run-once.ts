import { compile, type Engine } from "./engine.js";
import { chooseEngine } from "./engines.js";
import type { HostArray } from "./host-array.js";
import { type TensorSpec, trace } from "./program.js";
import type { Tensor } from "./tensor.js";
import type { MapTree, Tree } from "./tree.js";

/**
 * Evaluate a function of tensors on these arrays once: trace, compile, run, forget. To repeat it, `trace` and `compile`.
 * @param inputs tree of host arrays
 * @param engine the best one here by default
 */
export async function runOnce<const I, O extends Tree<Tensor>>(
  inputs: I,
  body: (inputs: MapTree<I, TensorSpec, Tensor>) => O,
  engine?: Engine,
): Promise<MapTree<O, Tensor, HostArray>> {
  const program = await trace(inputs, body);
  const executable = await compile(program, engine ?? (await chooseEngine()));
  try {
    return await executable.run(inputs as MapTree<I, TensorSpec, HostArray>);
  } finally {
    await executable.dispose();
  }
}
