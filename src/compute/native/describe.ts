/** The compiler at work, as text, for a person who asks where time and memory go. */
import { lookUp } from "../errors.js";
import type { Program } from "../program.js";
import { type CompiledGraph, compileGraph } from "./compile.js";
import { bytesOf, ownsOutputs, peakBytes } from "./memory.js";
import type { ModelMessage } from "./onnx-model.js";
import type { Operation, PassName } from "./stages.js";

const NUM_LARGEST = 10;

/** The passes in order, and what each is for. */
const PASSES: Readonly<Record<PassName, string>> = {
  trace: "as traced and differentiated, every movement carried out",
  simplify: "signs and factors folded, equal operations shared, movements are views",
  recognise: "sigmoid, tanh, softmax and standardised rows found again",
  lower: "products recovered, everything in the order of memory",
  fuse: "biases into products",
  schedule: "what frees memory runs first",
};

export interface DescribeOptions {
  /** List every operation before and after this pass. */
  readonly listing?: PassName;
}

/**
 * What the native engine makes of a program: operations and bytes moved after every pass, then nodes by operator, peak
 * memory, and the ten largest values with the operators that make them. Compiles the program but runs nothing.
 */
export function describeProgram(program: Program<unknown, unknown>, { listing }: DescribeOptions = {}): string {
  if (listing !== undefined) lookUp("describeProgram", "pass", PASSES, listing);
  const stages: { pass: PassName; operations: readonly Operation[] }[] = [];
  const graph = compileGraph(program.jaxpr, program.constants, (pass, operations) =>
    stages.push({ pass, operations: operations() }),
  );
  const { model, values } = graph;
  const counts = Object.entries(countOperators(model)).sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
  const constants = model.initializers.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const lines = [
    ...stages.map(({ pass, operations }) => stageLine(pass, operations)),
    `${model.nodes.length} nodes, ${model.inputs.length} inputs, ${model.outputs.length} outputs`,
    `peak ${showBytes(peakBytes(model, values))}, constants ${showBytes(constants)}`,
    `operators: ${counts.map(([operator, count]) => `${operator} ${count}`).join(", ")}`,
    "largest values:",
    ...largestValues(graph, NUM_LARGEST).map(
      ({ operator, shape, dtype, bytes }) =>
        `  ${showBytes(bytes).padStart(9)}  ${operator} ${dtype} [${shape.join(", ")}]`,
    ),
  ];
  const at = stages.findIndex(({ pass }) => pass === listing);
  const listed = at < 0 ? [] : stages.slice(Math.max(0, at - 1), at + 1);
  return [...lines, ...listed.flatMap(({ pass, operations }) => ["", `after ${pass}:`, ...listLines(operations)])].join(
    "\n",
  );
}

function stageLine(pass: PassName, operations: readonly Operation[]): string {
  const bytes = operations.reduce((sum, { bytes }) => sum + bytes, 0);
  return `${pass.padEnd(9)} ${String(operations.length).padStart(6)} operations ${showBytes(bytes).padStart(9)} moved  ${PASSES[pass]}`;
}

function listLines(operations: readonly Operation[]): string[] {
  return operations.map(({ text, bytes }) => `  ${showBytes(bytes).padStart(9)}  ${text}`);
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
