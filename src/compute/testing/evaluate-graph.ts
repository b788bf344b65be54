/** Run a graph that was built by hand. */
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import type { OnnxGraph, Value } from "../native/onnx-graph.js";
import { encodeModel } from "../native/onnx-model.js";

/**
 * @param inputs data of the graph's float32 inputs, in order
 * @returns data of the float32 outputs, which must be computed by nodes
 */
export async function evaluateGraph(
  graph: OnnxGraph,
  inputs: readonly Float32Array[],
  outputs: readonly Value[],
): Promise<Float32Array[]> {
  const model = graph.toModel(outputs);
  const session = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 3, intraOpNumThreads: 1 });
  try {
    const feeds = model.inputs.map(
      ({ name, shape }, i) => [name, new OrtTensor("float32", inputs[i]!, shape)] as const,
    );
    const results = await session.run(Object.fromEntries(feeds));
    return outputs.map(({ name }) => results[name]!.data as Float32Array);
  } finally {
    await session.release();
  }
}
