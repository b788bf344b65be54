/** The `native` engine: the program becomes one ONNX graph and runs on ONNX Runtime's CPU kernels. */
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import type { Engine, EngineOptions, FlatExecutable } from "../engine.js";
import { DarkmatterError } from "../errors.js";
import type { HostArray } from "../host-array.js";
import type { Program } from "../program.js";
import type { CompiledGraph } from "./compile.js";
import type { Value } from "./onnx-graph.js";

export const native: Engine = {
  name: "native",
  summary: "ONNX Runtime's CPU kernels: the fastest here without a GPU",
  unavailable,
  compile,
};

async function unavailable(): Promise<DarkmatterError | undefined> {
  try {
    await import("onnxruntime-node");
    return undefined;
  } catch (cause) {
    const hint = 'Reinstall with `npm ci`, or name the engine "wasm".';
    return new DarkmatterError(
      `native engine: onnxruntime-node does not load here (${(cause as Error).message}). ${hint}`,
    );
  }
}

async function compile(program: Program<unknown, unknown>, options: EngineOptions = {}): Promise<FlatExecutable> {
  const ort = await import("onnxruntime-node");
  // Loaded on use, so that a browser never does: it would find neither ONNX Runtime's binary nor Node's modules.
  const [{ compileGraph }, { encodeModel }, { peakBytes }] = await Promise.all([
    import("./compile.js"),
    import("./onnx-model.js"),
    import("./memory.js"),
  ]);
  const graph = compileGraph(program.jaxpr, program.constants);
  const session = await ort.InferenceSession.create(encodeModel(graph.model), {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    enableCpuMemArena: true,
    // The pattern of the first run would be allocated as one block beside what that run left in the arena: twice the memory.
    enableMemPattern: false,
    ...(options.numThreads === undefined ? {} : { intraOpNumThreads: options.numThreads }),
    interOpNumThreads: 1,
    // Threads that wait by spinning take the cores from the view makers: on busy cores a step takes half as long again.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
    logSeverityLevel: 3,
    ...(options.profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profilePrefix }),
  });
  return {
    run: (inputs, into) => runSession(session, ort.Tensor, graph, program, inputs, into),
    dispose: () => session.release(),
    peakBytes: peakBytes(graph.model, graph.values),
  };
}

async function runSession(
  session: InferenceSession,
  TensorType: typeof OrtTensor,
  graph: CompiledGraph,
  program: Program<unknown, unknown>,
  inputs: readonly HostArray[],
  into?: readonly HostArray[],
): Promise<readonly HostArray[]> {
  const wrap = (value: Value, array: HostArray): OrtTensor => new TensorType(array.dtype, array.data, value.shape);
  const feeds: Record<string, OrtTensor> = {};
  for (const [i, value] of graph.inputs.entries()) {
    if (value !== undefined) feeds[value.name] = wrap(value, inputs[i]!);
  }
  if (into !== undefined) {
    const fetches: Record<string, OrtTensor> = {};
    for (const [i, value] of graph.outputs.entries()) fetches[value.name] = wrap(value, into[i]!);
    await session.run(feeds, fetches);
    return into;
  }
  const results = await session.run(feeds);
  return graph.outputs.map((value, i) => {
    const { shape, dtype } = program.outputs[i]!;
    return { dtype, shape, data: results[value.name]!.data as Float32Array | Int32Array };
  });
}
