/** Compiled graphs under test: what nodes a body becomes, and that it still computes the same. */
import { engines } from "../engines.js";
import type { HostArray } from "../host-array.js";
import { type CompiledGraph, compileGraph } from "../native/compile.js";
import { countOperators } from "../native/describe.js";
import type { NodeMessage } from "../native/onnx-model.js";
import type { TensorSpec } from "../program.js";
import { type Program, trace } from "../program.js";
import type { Tensor } from "../tensor.js";
import type { Branch, MapTree } from "../tree.js";

export interface Compiled {
  readonly program: Program<unknown, unknown>;
  readonly graph: CompiledGraph;
  /** How many nodes each operator has. */
  readonly counts: Readonly<Record<string, number>>;
  /** Nodes of these operators. */
  nodes(...operators: readonly string[]): readonly NodeMessage[];
}

/** Trace a body and compile it for the native engine. */
export async function compiled<const S>(
  specs: S,
  body: (inputs: MapTree<S, TensorSpec, Tensor>) => Branch<Tensor>,
): Promise<Compiled> {
  const program = (await trace(specs, body)) as Program<unknown, unknown>;
  const graph = compileGraph(program.jaxpr, program.constants);
  return {
    program,
    graph,
    counts: countOperators(graph.model),
    nodes: (...operators) => graph.model.nodes.filter(({ operator }) => operators.includes(operator)),
  };
}

/** Outputs of a program on an engine, flat, in the program's order. */
export async function outputsOn(
  engineName: keyof typeof engines,
  program: Program<unknown, unknown>,
  inputs: readonly HostArray[],
): Promise<readonly HostArray[]> {
  const executable = await engines[engineName].compile(program);
  try {
    return await executable.run(inputs);
  } finally {
    await executable.dispose();
  }
}

/** Largest difference, relative to the largest value; NaN where the two do not both have one. */
export function relativeDifference(a: HostArray, b: HostArray): number {
  const scale = Math.max(1e-3, ...Array.from(b.data, Math.abs));
  return Math.max(0, ...Array.from(a.data, (value, i) => Math.abs(value - b.data[i]!))) / scale;
}
