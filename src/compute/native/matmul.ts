/**
 * Recovering matrix products. jax-js writes every contraction as `dot`, sum(x * y, last axis) over broadcast operands,
 * and the gradient of a product arrives as broadcast, transpose, reshape, dot. On views each factor is seen in x, in
 * y, or in both, which says what it is: batch (kept, in both), M (kept, only in x), N (kept, only in y), K (summed).
 * Then one Gemm or batched matrix product with transpose flags does it, and nothing is written out broadcast.
 */
import { sizeOf } from "../host-array.js";
import { arrange, materialise } from "./arrange.js";
import { overCommonFactors } from "./elementwise.js";
import type { Expression } from "./expression.js";
import type { LoweringContext, LoweringRule } from "./lowering.js";
import type { Value } from "./onnx-graph.js";
import { reduceFactors, scaleView } from "./reduce.js";
import { alignRank, commonFactors, contiguousView, type Factor, stridesAt, type View } from "./views.js";

type Role = "batch" | "rows" | "columns" | "summed" | "absent";

/** One common factor of both operands. */
interface SharedFactor {
  readonly size: number;
  readonly axis: number;
  readonly x: number;
  readonly y: number;
  readonly role: Role;
}

/** An operand read as [batch, outer, summed], or with the last two swapped. */
interface Reading {
  readonly order: readonly SharedFactor[];
  readonly isTransposed: boolean;
  readonly copied: number;
}

export const dot: LoweringRule = (context, expression, operands) => {
  const rank = expression.shape.length + 1;
  const aligned = operands.map((view) => alignRank(view, rank)) as [View, View];
  const shape = [...expression.shape, contractedSize(aligned)];
  const sizes = commonFactors(aligned, shape);
  if (sizes === undefined) {
    const copies = operands.map((view) => contiguousView(materialise(context.graph, view)));
    return dot(context, expression, copies);
  }
  const factors = shape.flatMap((_, axis): SharedFactor[] => {
    const x = stridesAt(aligned[0].dims[axis]!, sizes[axis]!);
    const y = stridesAt(aligned[1].dims[axis]!, sizes[axis]!);
    const isSummed = axis === rank - 1;
    return sizes[axis]!.map((size, i) => ({ size, axis, x: x[i]!, y: y[i]!, role: roleOf(x[i]!, y[i]!, isSummed) }));
  });
  // Factors summed in one operand only are summed before the product; in none, they only count.
  const isLopsided = factors.some(({ axis, x, y }) => axis === rank - 1 && (x === 0) !== (y === 0));
  const counted = factors.filter(({ axis, x, y }) => axis === rank - 1 && x === 0 && y === 0);
  const scale = (expression.parameters.scale as number) * sizeOf(counted.map(({ size }) => size));
  if (isLopsided) {
    return dot(context, { ...expression, parameters: { scale } }, presumLopsided(context, aligned, factors, rank));
  }
  const roles = (role: Role) => factors.filter((factor) => factor.role === role);
  const isMatrixProduct = roles("summed").length > 0 && (roles("rows").length > 0 || roles("columns").length > 0);
  if (!isMatrixProduct) return productThenSum(context, expression, aligned, rank, scale);
  return matrixProduct(context, expression, aligned, factors, scale);
};

function contractedSize(views: readonly View[]): number {
  return Math.max(...views.map((view) => sizeOf(view.dims.at(-1)!.map(({ size }) => size))));
}

function roleOf(x: number, y: number, isSummed: boolean): Role {
  if (isSummed) return x !== 0 && y !== 0 ? "summed" : "absent";
  if (x !== 0 && y !== 0) return "batch";
  if (x !== 0) return "rows";
  return y !== 0 ? "columns" : "absent";
}

/** Sum in each operand the contracted factors that the other one does not have. */
function presumLopsided(
  { graph }: LoweringContext,
  views: readonly View[],
  factors: readonly SharedFactor[],
  rank: number,
): View[] {
  const contracted = factors.filter(({ axis }) => axis === rank - 1);
  return views.map((view, k) => {
    const own = k === 0 ? "x" : "y";
    const toFactor = (factor: SharedFactor): Factor => ({ size: factor.size, stride: factor[own] });
    const kept = contracted.filter(({ role }) => role === "summed").map(toFactor);
    const dropped = contracted.filter((factor) => factor.role !== "summed" && factor[own] !== 0).map(toFactor);
    return reduceFactors(graph, view.base, dropped, [...view.dims.slice(0, -1), kept], "ReduceSum");
  });
}

/** No rows or no columns: an element-wise product, and a sum of what is contracted. */
function productThenSum(
  context: LoweringContext,
  expression: Expression,
  views: readonly View[],
  rank: number,
  scale: number,
): View {
  const contracted = contractedSize(views);
  const product = overCommonFactors(
    context,
    { ...expression, shape: [...expression.shape, contracted] },
    views.map((view) => alignRank(view, rank)),
    (values, shape) => context.graph.emit("Mul", values, shape),
  );
  const summed = reduceFactors(
    context.graph,
    product.base,
    product.dims.at(-1)!,
    product.dims.slice(0, -1),
    "ReduceSum",
  );
  // A contraction neither operand walks was left out of the product's memory and is in `scale`.
  return scale === 1 ? summed : scaleView(context, summed, scale);
}

function matrixProduct(
  context: LoweringContext,
  expression: Expression,
  [x, y]: readonly [View, View],
  factors: readonly SharedFactor[],
  scale: number,
): View {
  const { graph } = context;
  const pick = (role: Role, by: "x" | "y") => factors.filter((f) => f.role === role).toSorted((a, b) => b[by] - a[by]);
  const rows = pick("rows", "x");
  const columns = pick("columns", "y");
  // The batch and the sum must run in the same order in both operands: try the order of each.
  const plans = (["x", "y"] as const).flatMap((batchBy) =>
    (["x", "y"] as const).map((summedBy) => {
      const batch = pick("batch", batchBy);
      const summed = pick("summed", summedBy);
      const left = readOperand("x", batch, rows, summed);
      const right = readOperand("y", batch, columns, summed);
      return { batch, summed, left, right, copied: left.copied + right.copied };
    }),
  );
  const plan = plans.reduce((best, candidate) => (candidate.copied < best.copied ? candidate : best));
  const [b, m, n, k] = [plan.batch, rows, columns, plan.summed].map((list) => sizeOf(list.map(({ size }) => size))) as [
    number,
    number,
    number,
    number,
  ];
  const isBatched = plan.batch.length > 0;
  const lead = isBatched ? [b] : [];
  const operand = (view: View, by: "x" | "y", reading: Reading, outer: number): Value =>
    arrange(
      graph,
      view.base,
      reading.order.map((factor) => ({ size: factor.size, stride: factor[by] })),
      [...lead, ...(reading.isTransposed ? [k, outer] : [outer, k])],
    );
  const left = operand(x, "x", plan.left, m);
  const right = operand(y, "y", plan.right, n);
  const straight = [...plan.batch, ...rows, ...columns];
  const swapped = [...plan.batch, ...columns, ...rows];
  const viewOf = (base: Value, order: readonly SharedFactor[]) =>
    outputView(base, factors, order, expression.shape.length);
  // Only the order of memory matters to the choice, so the product it would be a view of needs no name yet.
  const unnamed: Value = { name: "", shape: [b * m * n], dtype: "float32" };
  const isSwapped = context.prefersSwapped(expression, [viewOf(unnamed, straight), viewOf(unnamed, swapped)]) === 1;
  const product = isSwapped
    ? emitProduct(context, right, left, plan.right.isTransposed, !plan.left.isTransposed, [...lead, n, m], scale)
    : emitProduct(context, left, right, plan.left.isTransposed, !plan.right.isTransposed, [...lead, m, n], scale);
  return viewOf(product, isSwapped ? swapped : straight);
}

/** left [.., M, K] (or [.., K, M] if transposed) x right [.., K, N] (or [.., N, K] if transposed). */
function emitProduct(
  { graph }: LoweringContext,
  left: Value,
  right: Value,
  transA: boolean,
  transB: boolean,
  shape: readonly number[],
  scale: number,
): Value {
  const flags = { transA: Number(transA), transB: Number(transB) };
  if (shape.length === 2)
    return graph.emit("Gemm", [left, right], shape, { attributes: { ...flags, alpha: { float: scale } } });
  return graph.emit("FusedMatMul", [left, right], shape, {
    domain: "com.microsoft",
    attributes: { ...flags, alpha: { float: scale } },
  });
}

/** How an operand can be read as batch, outer, summed: as it lies (straight or transposed), or after a copy. */
function readOperand(
  by: "x" | "y",
  batch: readonly SharedFactor[],
  outer: readonly SharedFactor[],
  summed: readonly SharedFactor[],
): Reading {
  const straight = [...batch, ...outer, ...summed];
  const transposed = [...batch, ...summed, ...outer];
  const lies = (order: readonly SharedFactor[]) =>
    order.every((factor, i) => i === 0 || order[i - 1]![by] > factor[by]);
  if (lies(straight)) return { order: straight, isTransposed: false, copied: 0 };
  if (lies(transposed)) return { order: transposed, isTransposed: true, copied: 0 };
  // A copy that leaves the innermost factor in place moves whole rows; the gradients of one product also share it.
  const innermost = Math.min(...straight.map((factor) => factor[by]));
  const isTransposed = straight.at(-1)![by] !== innermost && transposed.at(-1)![by] === innermost;
  const order = isTransposed ? transposed : straight;
  return { order, isTransposed, copied: sizeOf(order.map(({ size }) => size)) };
}

/** The logical view of a product whose memory is `order`; factors in neither operand are broadcasts. */
function outputView(base: Value, factors: readonly SharedFactor[], order: readonly SharedFactor[], rank: number): View {
  const strideOf = new Map<SharedFactor, number>();
  let stride = 1;
  for (const factor of order.toReversed()) {
    strideOf.set(factor, stride);
    stride *= factor.size;
  }
  const dims: Factor[][] = Array.from({ length: rank }, () => []);
  for (const factor of factors) {
    if (factor.axis < rank) dims[factor.axis]!.push({ size: factor.size, stride: strideOf.get(factor) ?? 0 });
  }
  return { base, dims };
}
