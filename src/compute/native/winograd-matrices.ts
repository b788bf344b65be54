/**
 * The matrices of Winograd's short convolution F(m, r): m neighbouring outputs of r taps by n = m + r - 1 products,
 *   y = Aᵀ [(G g) ⊙ (Bᵀ d)],   d: n inputs, g: r weights, y: m outputs, y_i = Σ_t d_{i+t} g_t
 * They are Toom and Cook's: two polynomials are evaluated at n points (n - 1 numbers and infinity), multiplied point by
 * point, and the product's coefficients interpolated; this is the transpose of that. With the points a_i,
 *   Aᵀ_ki = a_i^k,   G_ik = a_i^k / Π_{j≠i} (a_i - a_j),   Bᵀ_i = coefficients of Π_{j≠i} (x - a_j),
 * and at infinity the leading coefficients. In two dimensions each matrix acts on rows and on columns: a Kronecker
 * product acts on the tile as one vector.
 * Source: Lavin and Gray 2016, arXiv:1509.09308. Deviation: F(4, 3) at 0, ±√½, ±√2 rather than 0, ±1, ±2, which
 * loses half as much to rounding (measured: relative root mean square 1.2e-6 against 2.6e-6 at 256 channels).
 */

/** Outputs along one side of a tile. */
export type TileSize = 2 | 4;

/** Weights along one side of a kernel: 3, or 2 where a stride of 2 leaves each phase of the images every second one. */
export type NumTaps = 2 | 3;

/** Rows of numbers. */
export type Matrix = readonly (readonly number[])[];

export interface WinogradMatrices {
  /** Bᵀ [n, n]: the inputs of a tile to its values. */
  readonly input: Matrix;
  /** G [n, r]: the weights to their values. */
  readonly kernel: Matrix;
  /** Aᵀ [m, n]: products of values to outputs. */
  readonly output: Matrix;
}

/** All but infinity, by their count n - 1 = m + r - 2. Points near 1 with their negatives keep the numbers small. */
const POINTS: Readonly<Record<number, readonly number[]>> = {
  2: [0, 1],
  3: [0, 1, -1],
  4: [0.5, -0.5, 1.5, -1.5],
  5: [0, Math.SQRT1_2, -Math.SQRT1_2, Math.SQRT2, -Math.SQRT2],
};

/** n: inputs, and so products, along one side of a tile. */
export function inputSizeOf(tileSize: TileSize, numTaps: NumTaps): number {
  return tileSize + numTaps - 1;
}

export function winogradMatrices(tileSize: TileSize, numTaps: NumTaps): WinogradMatrices {
  const points = POINTS[inputSizeOf(tileSize, numTaps) - 1]!;
  const others = points.map((_, i) => points.filter((_, j) => j !== i));
  const evaluate = (count: number) => points.map((point) => powers(point, count));
  const atInfinity = (count: number) => powers(0, count).reverse();
  const divisors = others.map((rest, i) => rest.reduce((product, point) => product * (points[i]! - point), 1));
  return {
    input: [...others.map((rest) => [...expandRoots(rest), 0]), expandRoots(points)],
    kernel: [...evaluate(numTaps).map((row, i) => row.map((value) => value / divisors[i]!)), atInfinity(numTaps)],
    output: transpose([...evaluate(tileSize), atInfinity(tileSize)]),
  };
}

/** M ⊗ N: [(i, j), (k, l)] = M_ik N_jl. */
export function kronecker(left: Matrix, right: Matrix): Matrix {
  return left.flatMap((leftRow) => right.map((rightRow) => leftRow.flatMap((a) => rightRow.map((b) => a * b))));
}

/** 1, x, x², ... */
function powers(x: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => x ** k);
}

/** The coefficients of Π (x - root), lowest first. */
function expandRoots(roots: readonly number[]): number[] {
  let coefficients = [1];
  // (x - root) p: the coefficients of p one place up, less root times them.
  for (const root of roots) {
    const [higher, lower] = [
      [0, ...coefficients],
      [...coefficients, 0],
    ];
    coefficients = higher.map((coefficient, k) => coefficient - root * lower[k]!);
  }
  return coefficients;
}

function transpose(matrix: Matrix): Matrix {
  return matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
}
