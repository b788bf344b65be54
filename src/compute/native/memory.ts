/** How much memory a graph needs: the values alive at once, node by node. */
import { sizeOf } from "../host-array.js";
import type { ModelMessage } from "./onnx-model.js";

/** Operators whose output shares its input's memory. */
const ALIASES = new Set(["Reshape", "Identity"]);
/** Every type but bool has four bytes or, as index lists, hardly any elements. */
const BYTES = 4;

/** Peak of the bytes of inputs, outputs and intermediate values, if each is freed after its last reader. */
export function peakBytes(model: ModelMessage, shapes: ReadonlyMap<string, readonly number[]>): number {
  const bytes = (name: string) => BYTES * sizeOf(shapes.get(name) ?? []);
  const owner = new Map<string, string>();
  const ownerOf = (name: string): string => owner.get(name) ?? name;
  for (const { operator, inputs, outputs } of model.nodes) {
    if (ALIASES.has(operator)) owner.set(outputs[0]!, ownerOf(inputs[0]!));
  }
  const lastUse = new Map<string, number>();
  for (const [i, { inputs }] of model.nodes.entries()) for (const input of inputs) lastUse.set(ownerOf(input), i);
  const held = [...model.inputs, ...model.outputs, ...model.initializers].map(({ name }) => ownerOf(name));
  for (const name of held) lastUse.set(name, Number.POSITIVE_INFINITY);
  let alive = model.inputs.reduce((sum, { name }) => sum + bytes(name), 0);
  let peak = alive;
  for (const [i, { operator, inputs, outputs }] of model.nodes.entries()) {
    if (!ALIASES.has(operator)) for (const output of outputs) alive += bytes(output);
    peak = Math.max(peak, alive);
    for (const input of new Set(inputs.map(ownerOf))) if (lastUse.get(input) === i) alive -= bytes(input);
  }
  return peak;
}
