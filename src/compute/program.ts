/**
 * A program: a function traced once into a typed list of primitive operations, with named inputs and outputs. It holds
 * no engine; `compile` makes it run on one.
 */
import { DarkmatterError } from "./errors.js";
import { type HostArray, sizeOf } from "./host-array.js";
import { type Jaxpr, jax, noteArrays, np, releaseArrays, startJax, type Tracer } from "./jax.js";
import { isTensor, Tensor } from "./tensor.js";
import { flattenTree, type IsLeaf, type MapTree, mapTree, type Tree, unflattenTree } from "./tree.js";

/** Shape and type of one input or output. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: HostArray["dtype"];
}

export interface NamedSpec extends TensorSpec {
  readonly name: string;
}

/** A traced function. `Inputs` and `Outputs` are the trees its executable takes and gives, with host arrays as leaves. */
export interface Program<Inputs, Outputs> {
  readonly inputs: readonly NamedSpec[];
  readonly outputs: readonly NamedSpec[];
  /** The operations, nested calls flattened. `jaxpr.inBinders` = constants, then inputs. */
  readonly jaxpr: Jaxpr;
  /** Values of the first binders; undefined where nothing reads them. */
  readonly constants: readonly (HostArray | undefined)[];
  /** The traced function itself on flat tracers, for engines that trace it their own way. */
  readonly body: (...inputs: Tracer[]) => Tracer[];
  /** Never set: carries the types of the trees. */
  readonly types?: { readonly inputs: Inputs; readonly outputs: Outputs };
}

/** A float32 input of this shape. */
export function float32Spec(shape: readonly number[]): TensorSpec {
  return { shape, dtype: "float32" };
}

/** An int32 input of this shape. */
export function int32Spec(shape: readonly number[]): TensorSpec {
  return { shape, dtype: "int32" };
}

export const isSpec: IsLeaf<TensorSpec> = (node): node is TensorSpec =>
  typeof node === "object" && node !== null && "dtype" in node && "shape" in node && Array.isArray(node.shape);

/**
 * Trace `body` on inputs of these shapes.
 * @param specs tree of `TensorSpec`: shapes and types of the inputs
 * @param body takes the same tree of tensors and returns a tree of tensors
 * @throws whatever `body` throws, e.g. a ShapeError at the operation at fault
 */
export async function trace<const S, O extends Tree<Tensor>>(
  specs: S,
  body: (inputs: MapTree<S, TensorSpec, Tensor>) => O,
): Promise<Program<MapTree<S, TensorSpec, HostArray>, MapTree<O, Tensor, HostArray>>> {
  await startJax();
  const inputs = [...flattenTree(specs as Tree<TensorSpec>, isSpec)].map(([name, { shape, dtype }]) => ({
    name,
    shape,
    dtype,
  }));
  let outputNames: string[] = [];
  const flatBody = (...tracers: Tracer[]): Tracer[] => {
    const leaves = new Map(tracers.map((tracer, i) => [inputs[i]!.name, Tensor.fromTracer(tracer)]));
    const result = flattenTree(body(unflattenTree(leaves) as MapTree<S, TensorSpec, Tensor>) as Tree<Tensor>, isTensor);
    outputNames = [...result.keys()];
    return [...result.values()].map((tensor) => (tensor.dtype === "bool" ? tensor.astype("int32") : tensor).tracer);
  };
  const exampleInputs = inputs.map(({ shape, dtype }) => np.zeros([...shape], { dtype: dtype as jax.DType }));
  const made: jax.Array[] = [];
  try {
    const closed = noteArrays(made, () => jax.makeJaxpr(flatBody)(...exampleInputs).jaxpr);
    const jaxpr = closed.jaxpr.flatten().simplify();
    const constants = await readConstants(jaxpr, closed.consts as Tracer[]);
    closed.dispose();
    const outputs = jaxpr.outs.map((atom, i) => ({ name: outputNames[i]!, ...specOf(atom.aval) }));
    return { inputs, outputs, jaxpr, constants, body: flatBody };
  } finally {
    for (const input of exampleInputs) input.dispose();
    releaseArrays(made);
  }
}

/**
 * Value and gradient of a scalar function of a tree of parameters; for use inside a traced body.
 * @returns `value` (scalar), `aux` (whatever else `body` returned), `gradient` (a tree like `parameters`)
 */
export function valueAndGradient<P extends Tree<Tensor>, A extends Tree<Tensor>>(
  parameters: P,
  body: (parameters: P) => { value: Tensor; aux: A },
): { value: Tensor; aux: A; gradient: P } {
  const leaves = flattenTree<Tensor>(parameters, isTensor);
  const names = [...leaves.keys()];
  let auxNames: string[] = [];
  const flatBody = (tracers: Tracer[]): [Tracer, Tracer[]] => {
    const tensors = new Map(tracers.map((tracer, i) => [names[i]!, Tensor.fromTracer(tracer)]));
    const { value, aux } = body(unflattenTree(tensors) as P);
    if (value.shape.length !== 0) {
      throw new DarkmatterError(`valueAndGradient: the value must be a scalar, got shape [${value.shape.join(", ")}].`);
    }
    const flatAux = flattenTree<Tensor>(aux, isTensor);
    auxNames = [...flatAux.keys()];
    return [value.tracer, [...flatAux.values()].map((tensor) => tensor.stopGradient().tracer)];
  };
  const run = jax.valueAndGrad(flatBody as (...tracers: unknown[]) => [Tracer, Tracer[]], { hasAux: true });
  const tracers = [...leaves.values()].map((tensor) => tensor.tracer);
  const [[value, auxTracers], gradients] = run(tracers) as unknown as [[Tracer, Tracer[]], Tracer[]];
  const wrap = (paths: string[], values: Tracer[]) =>
    unflattenTree(new Map(values.map((tracer, i) => [paths[i]!, Tensor.fromTracer(tracer)])));
  return {
    value: Tensor.fromTracer(value),
    aux: (auxNames.length === 0 ? {} : wrap(auxNames, auxTracers)) as A,
    gradient: wrap(names, gradients) as P,
  };
}

/** Zeros for each leaf of a specification tree. */
export function zerosFor<S>(specs: S): MapTree<S, TensorSpec, HostArray> {
  const zeros = (spec: TensorSpec): HostArray => ({
    dtype: spec.dtype,
    shape: spec.shape,
    data: spec.dtype === "int32" ? new Int32Array(sizeOf(spec.shape)) : new Float32Array(sizeOf(spec.shape)),
  });
  return mapTree(specs as Tree<TensorSpec>, isSpec, zeros) as MapTree<S, TensorSpec, HostArray>;
}

function specOf(aval: { shape: number[]; dtype: string }): TensorSpec {
  return { shape: aval.shape, dtype: aval.dtype === "int32" ? "int32" : "float32" };
}

/** Values of the first binders, where an equation or an output reads them. */
function readConstants(jaxpr: Jaxpr, constants: readonly Tracer[]): Promise<(HostArray | undefined)[]> {
  const read = new Set([...jaxpr.eqns.flatMap((equation) => equation.inputs), ...jaxpr.outs]);
  return Promise.all(
    constants.map(async (constant, i) => (read.has(jaxpr.inBinders[i]!) ? readConstant(constant.ref) : undefined)),
  );
}

async function readConstant(constant: Tracer): Promise<HostArray> {
  const { shape, dtype } = constant;
  const data = await constant.data();
  if (dtype === "float32") return { dtype, shape, data: data as Float32Array };
  return { dtype: "int32", shape, data: Int32Array.from(data as ArrayLike<number>) };
}
