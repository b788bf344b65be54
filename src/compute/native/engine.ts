/** The `native` engine: the program becomes one ONNX graph and runs on ONNX Runtime's CPU kernels. */
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import type { Engine, EngineOptions, FlatExecutable } from "../engine.js";
import { DarkmatterError } from "../errors.js";
import type { HostArray } from "../host-array.js";
import type { Program } from "../program.js";
import type { GraphPlan, PlannedValue } from "./graph-plan.js";

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
  // Loaded on use: a program that never compiles starts without the compiler.
  const { planGraph } = await import("./graph-plan.js");
  const { cachedPlan } = await import("./graph-cache.js");
  const plan = options.graphCache === undefined ? planGraph(program) : await cachedPlan(program, options.graphCache);
  const session = await ort.InferenceSession.create(plan.model, {
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
    run: (inputs, into) => runSession(session, ort.Tensor, plan, program, inputs, into),
    dispose: () => session.release(),
    peakBytes: plan.peakBytes,
  };
}

async function runSession(
  session: InferenceSession,
  TensorType: typeof OrtTensor,
  plan: GraphPlan,
  program: Program<unknown, unknown>,
  inputs: readonly HostArray[],
  into?: readonly HostArray[],
): Promise<readonly HostArray[]> {
  const wrap = (value: PlannedValue, array: HostArray): OrtTensor =>
    new TensorType(array.dtype, array.data, value.shape);
  const feeds: Record<string, OrtTensor> = {};
  for (const [i, value] of plan.inputs.entries()) {
    if (value !== null) feeds[value.name] = wrap(value, inputs[i]!);
  }
  if (into !== undefined) {
    const fetches: Record<string, OrtTensor> = {};
    for (const [i, value] of plan.outputs.entries()) fetches[value.name] = wrap(value, into[i]!);
    await session.run(feeds, fetches);
    return into;
  }
  const results = await session.run(feeds);
  return plan.outputs.map((value, i) => {
    const { shape, dtype } = program.outputs[i]!;
    return { dtype, shape, data: results[value.name]!.data as Float32Array | Int32Array };
  });
}
