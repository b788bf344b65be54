/**
 * Views: how a tensor's dimensions lie in the memory of another. A dimension is a list of factors, outermost first,
 * each with its stride in the base's elements; stride 0 is a broadcast. Transposes, reshapes and broadcasts change the
 * view and move nothing; copies are made only where an operation cannot read the view.
 *
 * Invariant: the factors with a stride, sorted by stride, are a mixed radix of the whole base, so every element of the
 * base is seen (once per broadcast copy). Cutting a tensor (slice, split) therefore makes a new base.
 */
import { sizeOf } from "../host-array.js";
import type { Value } from "./onnx-graph.js";

export interface Factor {
  readonly size: number;
  readonly stride: number;
}

export interface View {
  readonly base: Value;
  readonly dims: readonly (readonly Factor[])[];
}

/** The row-major view of a base under a shape with as many elements. */
export function contiguousView(base: Value, shape: readonly number[] = base.shape): View {
  let stride = sizeOf(shape);
  const dims = shape.map((size) => {
    stride /= Math.max(1, size);
    return size === 1 ? [] : [{ size, stride }];
  });
  return { base, dims };
}

export function shapeOf(view: View): number[] {
  return view.dims.map((factors) => sizeOf(factors.map(({ size }) => size)));
}

export function permute(view: View, permutation: readonly number[]): View {
  return { base: view.base, dims: permutation.map((axis) => view.dims[axis]!) };
}

/** New axes are inserted at `axes` of the result, and axes of size 1 grow to `shape`. */
export function broadcast(view: View, shape: readonly number[], axes: readonly number[]): View {
  const kept = view.dims[Symbol.iterator]();
  const dims = shape.map((size, axis) => {
    const old = axes.includes(axis) ? [] : kept.next().value!;
    return old.length === 0 && size !== 1 ? [{ size, stride: 0 }] : old;
  });
  return { base: view.base, dims };
}

/** The view under another shape, or undefined if a new dimension would need elements that are not evenly spaced. */
export function reshapeView(view: View, shape: readonly number[]): View | undefined {
  const factors = mergeFactors(view.dims.flat());
  const dims: Factor[][] = [];
  for (const size of shape) {
    const dim: Factor[] = [];
    let missing = size;
    while (missing > 1) {
      const factor = factors.shift();
      if (factor === undefined) return undefined;
      if (missing % factor.size === 0) {
        dim.push(factor);
        missing /= factor.size;
      } else if (factor.size % missing === 0) {
        const inner = factor.size / missing;
        dim.push({ size: missing, stride: factor.stride * inner });
        factors.unshift({ size: inner, stride: factor.stride });
        missing = 1;
      } else {
        return undefined;
      }
    }
    dims.push(dim);
  }
  return { base: view.base, dims };
}

/** Join neighbours that are evenly spaced together; drop factors of size 1. */
export function mergeFactors(factors: readonly Factor[]): Factor[] {
  const merged: Factor[] = [];
  for (const factor of factors) {
    if (factor.size === 1) continue;
    const last = merged.at(-1);
    if (last !== undefined && last.stride === factor.stride * factor.size) {
      merged[merged.length - 1] = { size: last.size * factor.size, stride: factor.stride };
    } else {
      merged.push(factor);
    }
  }
  return merged;
}

/** Whether the view is its base's memory in row-major order, nothing broadcast. */
export function isContiguous(view: View): boolean {
  const factors = mergeFactors(view.dims.flat());
  return factors.length === 0 ? sizeOf(view.base.shape) === 1 : factors.length === 1 && factors[0]!.stride === 1;
}

/**
 * Cut the dimensions of several operands into common factors.
 * @param operands views aligned to the same rank; a dimension is either full or of size 1
 * @returns for each dimension the common factor sizes, or undefined if the factors of two operands interleave
 */
export function commonFactors(operands: readonly View[], shape: readonly number[]): number[][] | undefined {
  const result: number[][] = [];
  for (const [axis, size] of shape.entries()) {
    // A cut is the number of elements inside it: factors 4, 8 have cuts at 1, 8, 32.
    const cuts = new Set([1, size]);
    for (const operand of operands) {
      let inside = 1;
      for (const factor of mergeFactors(operand.dims[axis]!).reverse()) {
        inside *= factor.size;
        if (inside < size) cuts.add(inside);
      }
    }
    const sorted = [...cuts].sort((a, b) => a - b);
    const sizes = sorted.slice(1).map((cut, i) => cut / sorted[i]!);
    if (!sizes.every(Number.isInteger)) return undefined;
    result.push(sizes.reverse());
  }
  return result;
}

/** The stride of each common factor in one operand; a dimension of size 1 is a broadcast. */
export function stridesAt(factors: readonly Factor[], sizes: readonly number[]): number[] {
  const rest = mergeFactors(factors);
  if (rest.length === 0) return sizes.map(() => 0);
  const strides: number[] = [];
  for (const size of sizes) {
    const factor = rest.shift()!;
    const inner = factor.size / size;
    strides.push(factor.stride * inner);
    if (inner > 1) rest.unshift({ size: inner, stride: factor.stride });
  }
  return strides;
}

/** Give a view more leading dimensions of size 1. */
export function alignRank(view: View, rank: number): View {
  const missing = Array.from({ length: rank - view.dims.length }, () => []);
  return missing.length === 0 ? view : { base: view.base, dims: [...missing, ...view.dims] };
}
