/** How much memory a graph needs: the values alive at once, node by node. */
import { sizeOf } from "../host-array.js";
import type { ElementType, ModelMessage, NodeMessage, ValueMessage } from "./onnx-model.js";

const ELEMENT_BYTES: Record<ElementType, number> = { float32: 4, int32: 4, int64: 8, bool: 1 };
/** Operators whose output shares its input's memory. */
const ALIASES = new Set(["Reshape", "Identity"]);

export function bytesOf({ shape, dtype }: Pick<ValueMessage, "shape" | "dtype">): number {
  return ELEMENT_BYTES[dtype] * sizeOf(shape);
}

/** Whether a node makes new values, not another view of its input. */
export function ownsOutputs({ operator }: NodeMessage): boolean {
  return !ALIASES.has(operator);
}

/**
 * Peak of the bytes of inputs, outputs and intermediate values, if each is freed after its last reader. Constants,
 * which live in the model, do not count; inputs and outputs live to the end.
 */
export function peakBytes(model: ModelMessage, values: ReadonlyMap<string, ValueMessage>): number {
  const bytes = (name: string) => bytesOf(values.get(name)!);
  const owners = memoryOwners(model);
  const ownerOf = (name: string): string => owners.get(name) ?? name;
  const kept = new Set([...model.inputs, ...model.outputs, ...model.initializers].map(({ name }) => ownerOf(name)));
  const lastReader = new Map<string, number>();
  for (const [i, { inputs }] of model.nodes.entries()) for (const input of inputs) lastReader.set(ownerOf(input), i);
  let alive = model.inputs.reduce((sum, { name }) => sum + bytes(name), 0);
  let peak = alive;
  for (const [i, { inputs, outputs }] of model.nodes.entries()) {
    const made = outputs.filter((name) => !owners.has(name));
    for (const name of made) alive += bytes(name);
    peak = Math.max(peak, alive);
    const isDone = (name: string) => name !== "" && !kept.has(name) && (lastReader.get(name) ?? i) === i;
    for (const name of new Set([...inputs.map(ownerOf), ...made])) if (isDone(name)) alive -= bytes(name);
  }
  return peak;
}

/** For each value that shares another's memory, the value that owns it. */
export function memoryOwners(model: ModelMessage): Map<string, string> {
  const owners = new Map<string, string>();
  for (const node of model.nodes) {
    const [from, to] = [node.inputs[0]!, node.outputs[0]!];
    if (!ownsOutputs(node)) owners.set(to, owners.get(from) ?? from);
  }
  return owners;
}
