import type { engines } from "../engines.js";
import type { HostArray } from "../host-array.js";
import { float32Spec, valueAndGradient } from "../program.js";
import type { Tensor } from "../tensor.js";
import { compiled, outputsOn } from "./compiled.js";

/** On an engine: the result of a body, and the gradients of Σ result · change by each of its inputs, in order. */
export async function resultAndGradients(
  engineName: keyof typeof engines,
  inputs: readonly HostArray[],
  change: HostArray,
  body: (...inputs: Tensor[]) => Tensor,
): Promise<readonly HostArray[]> {
  // one letter each, so that names sort in the order of the inputs
  const names = inputs.map((_, i) => String.fromCharCode(97 + i));
  const leaves = Object.fromEntries(names.map((name, i) => [name, float32Spec(inputs[i]!.shape)]));
  const { program } = await compiled({ leaves, change: float32Spec(change.shape) }, (given) => {
    const { aux, gradient } = valueAndGradient(given.leaves, (moved) => {
      const result = body(...names.map((name) => moved[name]!));
      return { value: result.mul(given.change).sum(), aux: { result } };
    });
    return { result: aux.result, ...gradient };
  });
  return outputsOn(engineName, program, [...inputs, change]);
}
