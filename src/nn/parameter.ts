/**
 * Parameters are described before they exist: a tree of `ParameterSpec` says shape, role and start of each. The same
 * tree shape then holds host arrays (checkpoints), tensors (inside a trace) and optimizer state.
 */
import {
  childKey,
  flattenTree,
  float32,
  type HostArray,
  isSpec,
  type Key,
  type MapTree,
  mapTree,
  Random,
  sizeOf,
  type Tensor,
  type TensorSpec,
  type Tree,
  unflattenTree,
  ValueError,
} from "../compute/index.js";
import type { IsLeaf } from "../compute/tree.js";
import type { Initialiser } from "./initialisers.js";

/**
 * What a parameter does, which decides how it is treated:
 * "weight" is trained and decayed; "bias" (anything added, positions and class tokens too) and "gain" (norm scales)
 * are trained and never decayed; "buffer" (running statistics) is no subject of gradients, its layer updates it.
 */
export type ParameterRole = "weight" | "bias" | "gain" | "buffer";

/** A `TensorSpec`, so a tree of these can be given to `trace` as it is. */
export interface ParameterSpec extends TensorSpec {
  readonly dtype: "float32";
  readonly role: ParameterRole;
  readonly init: Initialiser;
}

/** The tensors a tree of specifications stands for while a program is traced. */
export type TensorsOf<S> = MapTree<S, ParameterSpec, Tensor>;
/** The host arrays a tree of specifications stands for between programs. */
export type ArraysOf<S> = MapTree<S, ParameterSpec, HostArray>;

export function parameter(shape: readonly number[], role: ParameterRole, init: Initialiser): ParameterSpec {
  return { dtype: "float32", shape, role, init };
}

/** Starting values of every parameter. Each draws from its own stream, so adding a layer leaves the others alone. */
export function initialise<S>(specs: S, key: Key): ArraysOf<S> {
  const start = ({ shape, init }: ParameterSpec, path: string): HostArray =>
    float32(init(new Random(childKey(key, path)), sizeOf(shape)), shape);
  return mapTree(specs as Tree<ParameterSpec>, isParameterSpec, start) as ArraysOf<S>;
}

/** Number of trained values. */
export function countParameters(specs: Tree<ParameterSpec>): number {
  const trained = [...flattenTree(specs, isParameterSpec).values()].filter(({ role }) => role !== "buffer");
  return trained.reduce((count, { shape }) => count + sizeOf(shape), 0);
}

/**
 * Split a tree into what gradients train and what layers update themselves.
 * @param tree leaves of any kind (tensors, host arrays, specifications), structured like `specs`
 * @throws ValueError if a leaf has no specification
 */
export function partition<T extends Shaped>(
  specs: Tree<ParameterSpec>,
  tree: Tree<T>,
): { readonly trainable: Tree<T>; readonly buffers: Tree<T> } {
  const roles = flattenTree(specs, isParameterSpec);
  const trainable = new Map<string, T>();
  const buffers = new Map<string, T>();
  for (const [path, leaf] of flattenTree<T>(tree, isShaped)) {
    const spec = roles.get(path);
    if (spec === undefined) throw new ValueError("partition", path, "a path of the specifications", path);
    (spec.role === "buffer" ? buffers : trainable).set(path, leaf);
  }
  return { trainable: unflattenTree(trainable), buffers: unflattenTree(buffers) };
}

/** Put two trees with different leaves together: the inverse of `partition`. */
export function join<T extends Shaped>(trainable: Tree<T>, buffers: Tree<T>): Tree<T> {
  return unflattenTree(new Map([...flattenTree<T>(trainable, isShaped), ...flattenTree<T>(buffers, isShaped)]));
}

export const isParameterSpec: IsLeaf<ParameterSpec> = (node): node is ParameterSpec => isSpec(node) && "role" in node;

/** Whatever has a shape can be a leaf. */
type Shaped = { readonly shape: readonly number[] };

function isShaped<T extends Shaped>(node: unknown): node is T {
  return typeof node === "object" && node !== null && "shape" in node && Array.isArray(node.shape);
}
