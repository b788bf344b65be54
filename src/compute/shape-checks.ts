/** The shapes operations accept: each check names the operation, the argument, what was expected, what came, and the likely fix. */
import { ShapeError, ValueError } from "./errors.js";
import { sizeOf } from "./host-array.js";

export type Shape = readonly number[];
/** Which axes: one, several, or all when absent. Negative axes count from the end. */
export type Axes = number | readonly number[];

/**
 * Check a shape at the door. Names match any size; the result is the sizes as numbers.
 * @throws ShapeError naming the operation and the argument
 */
export function expectShape<const S extends readonly (string | number)[]>(
  operation: string,
  argument: string,
  { shape: got }: { readonly shape: Shape },
  expected: S,
  hint = "",
): { -readonly [K in keyof S]: number } {
  const isMatch =
    got.length === expected.length && expected.every((size, i) => typeof size === "string" || size === got[i]);
  if (!isMatch) throw new ShapeError(operation, argument, expected, got, hint);
  return [...got] as { -readonly [K in keyof S]: number };
}

/** An axis counted from the front. */
export function resolveAxis(operation: string, shape: Shape, axis: number): number {
  const at = axis < 0 ? axis + shape.length : axis;
  if (!(Number.isInteger(at) && at >= 0 && at < shape.length)) {
    throw new ShapeError(operation, "tensor", `an axis ${axis}`, shape, axesHint(shape.length));
  }
  return at;
}

/** Axes counted from the front, each once; all of them when absent. */
export function resolveAxes(operation: string, shape: Shape, axes?: Axes): number[] {
  if (axes === undefined) return shape.map((_, axis) => axis);
  const resolved = (typeof axes === "number" ? [axes] : axes).map((axis) => resolveAxis(operation, shape, axis));
  if (new Set(resolved).size !== resolved.length) {
    throw new ValueError(operation, "axes", "different axes", axes, "Name each axis once.");
  }
  return resolved;
}

export function checkSqueeze(shape: Shape, axes: readonly number[]): void {
  const full = axes.find((axis) => shape[axis] !== 1);
  if (full === undefined) return;
  throw new ShapeError(
    "squeeze",
    "tensor",
    `size 1 on axis ${full}`,
    shape,
    "Use slice or a reduction to drop elements.",
  );
}

/** The sizes of a reshape, its one -1 filled in. */
export function resolveReshape(shape: Shape, target: Shape): number[] {
  const unknowns = target.filter((size) => size === -1).length;
  const known = sizeOf(target.filter((size) => size !== -1));
  const resolved = target.map((size) => (size === -1 ? sizeOf(shape) / known : size));
  if (unknowns > 1) throw new ValueError("reshape", "shape", "sizes with at most one -1", target);
  if (sizeOf(resolved) !== sizeOf(shape) || !resolved.every(Number.isInteger)) {
    const expected = unknowns === 1 ? `a multiple of ${known} elements` : `${known} elements`;
    const hint = `It has ${sizeOf(shape)} elements.`;
    throw new ShapeError("reshape", "tensor", `${expected} for [${target.join(", ")}]`, shape, hint);
  }
  return resolved;
}

export function checkBroadcast(operation: string, left: Shape, right: Shape): void {
  const rank = Math.min(left.length, right.length);
  for (let i = 1; i <= rank; i++) {
    const [a, b] = [left.at(-i)!, right.at(-i)!];
    if (a !== b && a !== 1 && b !== 1) {
      const hint = `Axis ${-i} is ${a} on the left and ${b} on the right.`;
      throw new ShapeError(operation, "other", `a shape that broadcasts with [${left.join(", ")}]`, right, hint);
    }
  }
}

export function checkBroadcastTo(shape: Shape, target: Shape): void {
  const fits =
    shape.length <= target.length && shape.every((_, i) => [1, target.at(-1 - i)].includes(shape.at(-1 - i)));
  if (fits) return;
  const hint = "Only axes of size 1 and missing leading axes grow.";
  throw new ShapeError("broadcastTo", "tensor", `a shape that grows to [${target.join(", ")}]`, shape, hint);
}

export function checkMatmul(left: Shape, right: Shape): void {
  if (left.length < 2) {
    throw new ShapeError("matmul", "tensor", ["...", "M", "K"], left, "Use expandDims to make a vector a matrix.");
  }
  const hint = `The left operand is [${left.join(", ")}]. Is a transpose missing?`;
  if (right.length < 2 || right.at(-2) !== left.at(-1)) {
    throw new ShapeError("matmul", "other", ["...", left.at(-1)!, "N"], right, hint);
  }
  const [leftBatch, rightBatch] = [left.slice(0, -2), right.slice(0, -2)];
  const isAligned = leftBatch.every((_, i) => {
    const [a, b] = [leftBatch.at(-1 - i)!, rightBatch.at(-1 - i) ?? 1];
    return a === b || a === 1 || b === 1;
  });
  if (isAligned) return;
  const expected = `leading axes that broadcast with [${leftBatch.join(", ")}]`;
  throw new ShapeError("matmul", "other", expected, right, `The left operand is [${left.join(", ")}].`);
}

export function checkConv2d(
  images: Shape,
  weight: Shape,
  { stride, padding, groups }: { readonly stride: number; readonly padding: number; readonly groups: number },
): void {
  requireWhole("conv2d", "stride", stride, 1);
  requireWhole("conv2d", "padding", padding, 0);
  requireWhole("conv2d", "groups", groups, 1);
  const [, channels, height, width] = expectShape("conv2d", "images", { shape: images }, ["B", "C", "H", "W"]);
  const isDivisor = channels % groups === 0 && (weight[0] ?? 0) % groups === 0;
  if (!isDivisor) {
    const hint = `The weight is [${weight.join(", ")}].`;
    throw new ValueError("conv2d", "groups", `a divisor of the ${channels} channels and of Cout`, groups, hint);
  }
  const inEach = groups === 1 ? "" : `, ${channels / groups} in each of ${groups} groups`;
  const hint = `The images have ${channels} channels${inEach}.`;
  const expected = ["Cout", channels / groups, "kh", "kw"] as const;
  const [, , rows, columns] = expectShape("conv2d", "weight", { shape: weight }, expected, hint);
  if (rows <= height + 2 * padding && columns <= width + 2 * padding) return;
  const room = `a kernel within the padded images, ${height + 2 * padding} x ${width + 2 * padding}`;
  throw new ShapeError("conv2d", "weight", room, weight, "Pad the images, or take a smaller kernel.");
}

export function checkConvTranspose2d(
  images: Shape,
  weight: Shape,
  options: { readonly stride: number; readonly padding: number; readonly outputPadding: number },
): void {
  const { stride, padding, outputPadding } = options;
  requireWhole("convTranspose2d", "stride", stride, 1);
  requireWhole("convTranspose2d", "padding", padding, 0);
  requireWhole("convTranspose2d", "outputPadding", outputPadding, 0);
  const [, channels, ...sizes] = expectShape("convTranspose2d", "images", { shape: images }, ["B", "C", "H", "W"]);
  const hint = `The images have ${channels} channels; the weight is transposed against conv2d's.`;
  const expected = [channels, "Cout", "kh", "kw"] as const;
  const [, , ...taps] = expectShape("convTranspose2d", "weight", { shape: weight }, expected, hint);
  if (outputPadding >= stride && outputPadding > 0) {
    const bound = `below the stride ${stride}`;
    throw new ValueError("convTranspose2d", "outputPadding", bound, outputPadding, "A larger stride grows the result.");
  }
  const least = Math.min(...sizes.map((size, i) => (size - 1) * stride + taps[i]! + outputPadding));
  if (least > 2 * padding) return;
  const room = `less than half of the unpadded result, which has ${least} places on one axis`;
  throw new ValueError("convTranspose2d", "padding", room, padding);
}

export function checkPool(
  operation: string,
  shape: Shape,
  { window, stride, padding }: { readonly window: number; readonly stride: number; readonly padding: number },
): void {
  requireWhole(operation, "window", window, 1);
  requireWhole(operation, "stride", stride, 1);
  requireWhole(operation, "padding", padding, 0);
  if (2 * padding > window) {
    const bound = `at most half the window ${window}`;
    throw new ValueError(operation, "padding", bound, padding, "Each window must see some of the image.");
  }
  const [, , height = 0, width = 0] = shape;
  const least = window - 2 * padding;
  if (shape.length === 4 && least <= Math.min(height, width)) return;
  const hint = padding === 0 ? "The window must fit into the image." : "The window must fit into the padded image.";
  throw new ShapeError(operation, "images", `shape [B, C, H >= ${least}, W >= ${least}]`, shape, hint);
}

export function checkPermutation(shape: Shape, permutation: readonly number[]): void {
  const isEachOnce = shape.every((_, axis) => permutation.includes(axis));
  if (isEachOnce && permutation.length === shape.length) return;
  const expected = `each of the ${shape.length} axes of [${shape.join(", ")}] once`;
  throw new ValueError("transpose", "permutation", expected, permutation, "Use swapAxes to exchange two.");
}

export function checkSlice(shape: Shape, axis: number, start: number, end: number): void {
  const size = shape[axis]!;
  if (start >= 0 && start < end && end <= size) return;
  const hint = `0 <= start < end <= ${size} is needed.`;
  throw new ShapeError("slice", "tensor", `elements ${start}..${end} on axis ${axis}`, shape, hint);
}

export function checkSplit(shape: Shape, axis: number, parts: number): void {
  requireWhole("split", "parts", parts, 1);
  if (shape[axis]! % parts === 0) return;
  const hint = "Parts are equal: use slice for others.";
  throw new ShapeError("split", "tensor", `axis ${axis} divisible by ${parts}`, shape, hint);
}

export function checkPad(shape: Shape, widths: readonly (readonly [number, number])[]): void {
  if (widths.length !== shape.length) {
    const expected = `one [before, after] for each axis of [${shape.join(", ")}]`;
    throw new ValueError("pad", "widths", expected, widths, "Give [0, 0] where nothing is added.");
  }
  for (const width of widths.flat()) requireWhole("pad", "widths", width, 0);
}

/** All tensors alike but for the axis they are joined along. */
export function checkConcat(shapes: readonly Shape[], axis: number): void {
  const [first] = shapes as [Shape];
  const expected = first.map((size, d) => (d === axis ? "any" : size));
  const hint = `tensors[0] is [${first.join(", ")}]; only axis ${axis} may differ.`;
  for (const [i, shape] of shapes.entries()) expectShape("concat", `tensors[${i}]`, { shape }, expected, hint);
}

function requireWhole(operation: string, argument: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new ValueError(operation, argument, `a whole number, at least ${least}`, value);
}

function axesHint(rank: number): string {
  return rank === 0 ? "It is a scalar." : `Its axes are ${-rank}..${rank - 1}.`;
}
