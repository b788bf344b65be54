/** Passes over the finished model: neighbouring nodes that one ONNX operator does together. */
import type { ModelMessage, NodeMessage, ValueMessage } from "./onnx-model.js";

/** Gemm, then the sum with a row vector: the vector becomes the third input of the Gemm. */
export function fuseBias(model: ModelMessage, values: ReadonlyMap<string, ValueMessage>): ModelMessage {
  const readers = countReaders(model);
  const outputNames = new Set(model.outputs.map(({ name }) => name));
  const producers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const replaced = new Map<NodeMessage, NodeMessage | undefined>();
  for (const sum of model.nodes) {
    if (sum.operator !== "Add") continue;
    const match = matchBias(sum, producers, (name) => values.get(name)!.shape);
    if (match === undefined || replaced.has(match.gemm)) continue;
    const { gemm, bias } = match;
    if (readers.get(gemm.outputs[0]!) !== 1 || outputNames.has(gemm.outputs[0]!)) continue;
    // The Gemm moves to where the sum was: by then the vector is known.
    replaced.set(gemm, undefined);
    replaced.set(sum, { ...gemm, inputs: [...gemm.inputs, bias], outputs: sum.outputs });
  }
  const nodes = model.nodes.flatMap((node) => (replaced.has(node) ? (replaced.get(node) ?? []) : node));
  return { ...model, nodes };
}

function matchBias(
  sum: NodeMessage,
  producers: ReadonlyMap<string, NodeMessage>,
  shapeOf: (name: string) => readonly number[],
): { gemm: NodeMessage; bias: string } | undefined {
  for (const [product, bias] of [sum.inputs, sum.inputs.toReversed()] as [string, string][]) {
    const gemm = producers.get(product);
    if (gemm?.operator !== "Gemm" || gemm.inputs.length !== 2) continue;
    const width = shapeOf(product).at(-1)!;
    const biasShape = shapeOf(bias);
    const isRow = biasShape.at(-1) === width && biasShape.slice(0, -1).every((size) => size === 1);
    // A row leaves the shape of the product as it is, unless it has more axes.
    if (isRow && shapeOf(sum.outputs[0]!).length === shapeOf(product).length) return { gemm, bias };
  }
  return undefined;
}

function countReaders(model: ModelMessage): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of model.nodes.flatMap(({ inputs }) => inputs)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
