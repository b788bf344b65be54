/**
 * Trees: nested plain objects whose leaves are values (tensors, host arrays, specifications). Parameters, optimizer
 * state and the inputs and outputs of programs are trees; a leaf's name is its path, "encoder/blocks/0/weight".
 */
import { ValueError } from "./errors.js";

export type Tree<T> = T | { readonly [name: string]: Tree<T> };

/** A tree that is an object at its root. */
export type Branch<T> = { readonly [name: string]: Tree<T> };

/** The same tree with leaves of type B instead of A. */
export type MapTree<S, A, B> = S extends A ? B : { readonly [K in keyof S]: MapTree<S[K], A, B> };

export type IsLeaf<T> = (node: unknown) => node is T;

/** Leaves by path, in insertion order. */
export function flattenTree<T>(tree: Tree<T>, isLeaf: IsLeaf<T>, path = ""): Map<string, T> {
  const leaves = new Map<string, T>();
  const visit = (node: unknown, at: string): void => {
    if (isLeaf(node)) {
      leaves.set(at, node);
      return;
    }
    if (typeof node !== "object" || node === null) {
      throw new ValueError("flattenTree", at || "tree", "a leaf or an object of leaves", node);
    }
    for (const [name, child] of Object.entries(node)) visit(child, at === "" ? name : `${at}/${name}`);
  };
  visit(tree, path);
  return leaves;
}

/** Apply `change` to each leaf, keeping the structure; `change` also gets the leaf's path. */
export function mapTree<T, U>(tree: Tree<T>, isLeaf: IsLeaf<T>, change: (leaf: T, path: string) => U): Tree<U> {
  const visit = (node: Tree<T>, at: string): Tree<U> => {
    if (isLeaf(node)) return change(node, at);
    const entries = Object.entries(node as Branch<T>);
    return Object.fromEntries(entries.map(([name, child]) => [name, visit(child, at === "" ? name : `${at}/${name}`)]));
  };
  return visit(tree, "");
}

/** Rebuild a tree from leaves by path: the inverse of `flattenTree`. */
export function unflattenTree<T>(leaves: ReadonlyMap<string, T>): Tree<T> {
  if (leaves.size === 1 && leaves.has("")) return leaves.get("") as T;
  const root: Record<string, unknown> = {};
  for (const [path, leaf] of leaves) {
    const names = path.split("/");
    const last = names.pop()!;
    let node = root;
    for (const name of names) {
      node[name] ??= {};
      node = node[name] as Record<string, unknown>;
    }
    node[last] = leaf;
  }
  return root as Tree<T>;
}
