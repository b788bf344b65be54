/** What the engine needs of a compiled program to run it: the model as bytes, and which name is which input. */
import type { Program } from "../program.js";
import { compileGraph } from "./compile.js";
import { forgetShapes } from "./forget-shapes.js";
import { peakBytes } from "./memory.js";
import { encodeModel } from "./onnx-model.js";

export interface PlannedValue {
  readonly name: string;
  /** As the graph sees it; the program may show the same elements under another shape. */
  readonly shape: readonly number[];
}

export interface GraphPlan {
  readonly model: Uint8Array;
  /** In the program's order; null where nothing reads an input. */
  readonly inputs: readonly (PlannedValue | null)[];
  readonly outputs: readonly PlannedValue[];
  readonly peakBytes: number;
}

/** @throws DarkmatterError if a primitive has no translation, or the constants do not fit into a model */
export function planGraph(program: Program<unknown, unknown>): GraphPlan {
  const graph = compileGraph(program.jaxpr, program.constants);
  const planned = ({ name, shape }: PlannedValue): PlannedValue => ({ name, shape });
  return {
    model: encodeModel(forgetShapes(graph.model)),
    inputs: graph.inputs.map((value) => (value === undefined ? null : planned(value))),
    outputs: graph.outputs.map(planned),
    peakBytes: peakBytes(graph.model, graph.values),
  };
}
