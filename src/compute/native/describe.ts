/** The compiled graph as text, for a person who asks where time and memory go. */
import type { Program } from "../program.js";
import { type CompiledGraph, compileGraph } from "./compile.js";
import { bytesOf, ownsOutputs, peakBytes } from "./memory.js";
import type { ModelMessage } from "./onnx-model.js";

const NUM_LARGEST = 10;

/**
 * What the native engine makes of a program: nodes by operator, peak memory, and the ten largest values with the
 * operators that make them. Compiles the program but runs nothing.
 */
export function describeProgram(program: Program<unknown, unknown>): string {
  const graph = compileGraph(program.jaxpr, program.constants);
  const { model, values } = graph;
  const counts = Object.entries(countOperators(model)).sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
  const constants = model.initializers.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return [
    `${model.nodes.length} nodes, ${model.inputs.length} inputs, ${model.outputs.length} outputs`,
    `peak ${showBytes(peakBytes(model, values))}, constants ${showBytes(constants)}`,
    `operators: ${counts.map(([operator, count]) => `${operator} ${count}`).join(", ")}`,
    "largest values:",
    ...largestValues(graph, NUM_LARGEST).map(
      ({ operator, shape, dtype, bytes }) =>
        `  ${showBytes(bytes).padStart(9)}  ${operator} ${dtype} [${shape.join(", ")}]`,
    ),
  ].join("\n");
}

/** How many nodes each operator has. */
export function countOperators(model: ModelMessage): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { operator } of model.nodes) counts[operator] = (counts[operator] ?? 0) + 1;
  return counts;
}

/** The largest values that nodes make, largest first; views of the same memory do not count again. */
export function largestValues({ model, values }: Pick<CompiledGraph, "model" | "values">, count: number) {
  const made = model.nodes.filter(ownsOutputs).flatMap(({ operator, outputs }) =>
    outputs.map((name) => {
      const { shape, dtype } = values.get(name)!;
      return { operator, shape, dtype, bytes: bytesOf({ shape, dtype }) };
    }),
  );
  return made.sort((a, b) => b.bytes - a.bytes).slice(0, count);
}

function showBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(2)} ${units[power]}`;
}
