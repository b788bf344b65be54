/** Engines run programs. An engine is chosen automatically and can be named. */
import { type DarkmatterError, ShapeError, ValueError } from "./errors.js";
import { type HostArray, sizeOf } from "./host-array.js";
import { isSpec, type NamedSpec, type Program } from "./program.js";
import { explainRunError } from "./run-errors.js";
import { flattenTree, type IsLeaf, type Tree, unflattenTree } from "./tree.js";

export interface EngineOptions {
  /** Threads for one operation; the default is the number of cores. */
  readonly numThreads?: number;
  /** Where the engine can profile: write its trace to files that begin with this path. */
  readonly profilePrefix?: string;
  /** Where the engine compiles for long: a folder in which compiled programs are kept and found again. */
  readonly graphCache?: string;
}

/** A compiled program on flat lists: inputs and outputs in the program's order. */
export interface FlatExecutable {
  /** `into`: arrays the outputs are written to, where the engine can; they must not be among the inputs. */
  run(inputs: readonly HostArray[], into?: readonly HostArray[]): Promise<readonly HostArray[]>;
  dispose(): Promise<void>;
  /** Bytes of values alive at once while it runs, at most; undefined where the engine cannot tell. */
  readonly peakBytes?: number | undefined;
}

/** The device an engine runs on, where that is not simply this machine's CPU. */
export interface Adapter {
  readonly name: string;
  /** Emulated on the CPU: right numbers, slowly. Never used unless its engine is named. */
  readonly isSoftware: boolean;
}

export interface Engine {
  readonly name: string;
  readonly summary: string;
  /** Undefined if it runs here, else the reason why not, with what to install. */
  unavailable(): Promise<DarkmatterError | undefined>;
  /** Asked only where the engine is available. */
  adapter?(): Promise<Adapter>;
  compile(program: Program<unknown, unknown>, options?: EngineOptions): Promise<FlatExecutable>;
}

/** A program on an engine: trees of host arrays in, trees of host arrays out. */
export interface Executable<Inputs, Outputs> {
  readonly engine: string;
  readonly program: Program<Inputs, Outputs>;
  /**
   * @param into optional arrays to write outputs to (same tree as the result); not among the inputs
   * @throws ValueError or ShapeError if an input is missing or has another shape; DarkmatterError if memory runs out
   */
  run(inputs: Inputs, into?: Outputs): Promise<Outputs>;
  dispose(): Promise<void>;
  /** Bytes of values alive at once while it runs, at most; undefined where the engine cannot tell. */
  readonly peakBytes: number | undefined;
}

/**
 * Compile a program on an engine.
 * @throws DarkmatterError if an operation has no translation, or memory runs out
 */
export async function compile<Inputs, Outputs>(
  program: Program<Inputs, Outputs>,
  engine: Engine,
  options?: EngineOptions,
): Promise<Executable<Inputs, Outputs>> {
  const flat = await explained(engine.compile(program as Program<unknown, unknown>, options));
  const outputNames = program.outputs.map(({ name }) => name);
  return {
    engine: engine.name,
    program,
    async run(inputs, into) {
      const given = flattenTree(inputs as Tree<HostArray>, isHostArray);
      const ordered = program.inputs.map((spec) => checkedArray(spec, given));
      const targets = into && flattenTree(into as Tree<HostArray>, isHostArray);
      const places = targets && program.outputs.map((spec) => checkedArray(spec, targets));
      if (places !== undefined) requireApart(program.outputs, places, ordered);
      const results = await explained(flat.run(ordered, places));
      return unflattenTree(new Map(results.map((array, i) => [outputNames[i]!, array]))) as Outputs;
    },
    dispose: () => flat.dispose(),
    peakBytes: flat.peakBytes,
  };
}

/** What comes of this, or the error in words a user can act on. */
function explained<T>(promise: Promise<T>): Promise<T> {
  return promise.catch((error: unknown) => {
    throw explainRunError(error);
  });
}

export const isHostArray: IsLeaf<HostArray> = (node): node is HostArray => isSpec(node) && "data" in node;

/** The array of this name, if it fits. */
function checkedArray(spec: NamedSpec, given: ReadonlyMap<string, HostArray>): HostArray {
  const array = given.get(spec.name);
  if (array === undefined) {
    throw new ValueError(
      "run",
      spec.name,
      "given to this program",
      undefined,
      `Given: ${[...given.keys()].join(", ")}.`,
    );
  }
  const isSameShape = array.shape.length === spec.shape.length && array.shape.every((n, i) => n === spec.shape[i]);
  if (!isSameShape)
    throw new ShapeError("run", spec.name, spec.shape, array.shape, shapeRemedy(spec.shape, array.shape));
  if (array.dtype !== spec.dtype) throw new ValueError("run", spec.name, spec.dtype, array.dtype);
  if (array.data.length !== sizeOf(array.shape))
    throw new ShapeError("run", spec.name, spec.shape, [array.data.length]);
  return array;
}

/** Shapes are part of a compiled program: say what was probably meant. */
function shapeRemedy(expected: readonly number[], got: readonly number[]): string {
  const [rows, ...rest] = expected;
  const hasOtherRows = expected.length === got.length && rest.every((size, i) => size === got[i + 1]);
  return hasOtherRows
    ? `This program was compiled for ${rows} rows: keep batches whole, or compile another program for ${got[0]}.`
    : "This program was compiled for that shape alone: reshape the array, or compile another program.";
}

/** Outputs are written while inputs are still read, so they need memory of their own. */
function requireApart(outputs: readonly NamedSpec[], places: readonly HostArray[], inputs: readonly HostArray[]): void {
  const taken = new Set(inputs.map(({ data }) => data));
  for (const [i, { data }] of places.entries()) {
    if (taken.has(data)) {
      const hint = "Let two copies of the state take turns.";
      throw new ValueError("run", `into ${outputs[i]!.name}`, "memory of its own", "an input's or another's", hint);
    }
    taken.add(data);
  }
}
