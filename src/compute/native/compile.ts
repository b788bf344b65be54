/** The compiler: a traced program becomes one ONNX graph, pass by pass. */
import type { HostArray } from "../host-array.js";
import type { Jaxpr } from "../jax.js";
import { fuseBias } from "./fuse.js";
import { lower, requireTranslations } from "./lower.js";
import type { Value } from "./onnx-graph.js";
import type { ModelMessage } from "./onnx-model.js";
import { recognise } from "./recognise.js";
import { schedule } from "./schedule.js";
import { simplify } from "./simplify.js";
import { type Observer, operationsOfExpressions, operationsOfJaxpr, operationsOfModel } from "./stages.js";

export interface CompiledGraph {
  readonly model: ModelMessage;
  /** Graph names of the program's inputs, in order; undefined where nothing reads one. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  /** Every value of the model by name. */
  readonly values: ReadonlyMap<string, Value>;
}

/**
 * Compile a flattened jaxpr.
 * @param constants values of its first binders
 * @param observe is shown the program after every pass
 */
export function compileGraph(
  jaxpr: Jaxpr,
  constants: readonly (HostArray | undefined)[],
  observe: Observer = () => {},
): CompiledGraph {
  requireTranslations(jaxpr);
  observe("trace", () => operationsOfJaxpr(jaxpr));
  const simplified = simplify(jaxpr);
  observe("simplify", () => operationsOfExpressions(simplified));
  const recognised = recognise(simplified);
  observe("recognise", () => operationsOfExpressions(recognised));
  const { graph, inputs, outputs } = lower(recognised, constants);
  const lowered = graph.toModel(outputs);
  observe("lower", () => operationsOfModel(lowered, graph.values));
  const fused = fuseBias(lowered, graph.values);
  observe("fuse", () => operationsOfModel(fused, graph.values));
  const model = schedule(fused, graph.values);
  observe("schedule", () => operationsOfModel(model, graph.values));
  return { model, inputs: inputs.slice(constants.length), outputs, values: graph.values };
}
