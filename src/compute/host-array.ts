/** Numbers on the host: what goes into a program and what comes out. */
import { ShapeError } from "./errors.js";

export type DType = "float32" | "int32";

export interface HostArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** Wrap float32 data with a shape; throws a `ShapeError` if their sizes disagree. */
export function float32(data: Float32Array | readonly number[], shape: readonly number[]): HostArray {
  const typed = data instanceof Float32Array ? data : Float32Array.from(data);
  if (typed.length !== sizeOf(shape)) throw new ShapeError("float32", "data", shape, [typed.length]);
  return { dtype: "float32", shape, data: typed };
}

/** Wrap int32 data with a shape; throws a `ShapeError` if their sizes disagree. */
export function int32(data: Int32Array | readonly number[], shape: readonly number[]): HostArray {
  const typed = data instanceof Int32Array ? data : Int32Array.from(data);
  if (typed.length !== sizeOf(shape)) throw new ShapeError("int32", "data", shape, [typed.length]);
  return { dtype: "int32", shape, data: typed };
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
