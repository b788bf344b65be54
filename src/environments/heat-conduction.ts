/**
 * Steady heat conduction through a periodic cell of a material, and what the material conducts as a whole.
 * The cell is tiled endlessly, so its effective conductivity does not change when it is shifted around its edges.
 */
import { DarkmatterError, ShapeError, ValueError } from "../compute/errors.js";

/** A square cell of n x n squares, row by row: conductivity of each, in any unit of conductivity. */
export interface ConductingCell {
  readonly size: number;
  readonly conductivity: ArrayLike<number>;
}

/** Heat flux through the cell by a unit mean gradient along x and along y, in the unit of the conductivities. */
export interface EffectiveConductivity {
  /** Along rows (horizontal). */
  readonly x: number;
  /** Along columns (vertical). */
  readonly y: number;
}

export interface SolverOptions {
  /** Residual of the conjugate gradients relative to its start; the result's own error is about its square. */
  readonly tolerance?: number;
}

const TOLERANCE = 1e-4;

/**
 * Effective conductivity of a periodic cell: for each axis solve
 *   div (k (e + grad χ)) = 0, χ periodic,   and   k_eff = min over χ of mean k |e + grad χ|²
 * by finite volumes on the squares, with the harmonic mean 2 k₁ k₂ / (k₁ + k₂) on each face (exact for layers), and
 * conjugate gradients preconditioned by the diagonal. By the minimum the error is second order in that of χ. Like the
 * continuum's, the result lies between the harmonic and the arithmetic mean of k (Wiener), whatever the cell.
 * First order in the squares' side, since squares cut corners.
 * @throws ShapeError unless there are size² values; ValueError unless all are positive and finite
 * Source: Patankar 1980 (harmonic faces); Torquato 2002 (the cell problem).
 */
export function effectiveConductivity(cell: ConductingCell, options: SolverOptions = {}): EffectiveConductivity {
  checkCell(cell);
  const { tolerance = TOLERANCE } = options;
  const faces = faceConductivities(cell);
  return {
    x: conductivityAlong("x", cell.size, faces, tolerance),
    y: conductivityAlong("y", cell.size, faces, tolerance),
  };
}

/** Conductivity of the face between each square and its neighbour to the right, and below. */
interface Faces {
  readonly right: Float64Array;
  readonly below: Float64Array;
}

function faceConductivities({ size, conductivity: k }: ConductingCell): Faces {
  const right = new Float64Array(size * size);
  const below = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const next = ((row + 1) % size) * size;
    for (let column = 0; column < size; column++) {
      const at = row * size + column;
      right[at] = harmonicMean(k[at]!, k[row * size + ((column + 1) % size)]!);
      below[at] = harmonicMean(k[at]!, k[next + column]!);
    }
  }
  return { right, below };
}

function harmonicMean(a: number, b: number): number {
  return (2 * a * b) / (a + b);
}

/** Minimise the mean of k |e + grad χ|² over periodic χ. */
function conductivityAlong(axis: "x" | "y", size: number, faces: Faces, tolerance: number): number {
  const driven = axis === "x" ? faces.right : faces.below;
  const perturbation = solvePerturbation(axis, size, faces, tolerance);
  let energy = 0;
  for (let row = 0; row < size; row++) {
    const next = ((row + 1) % size) * size;
    for (let column = 0; column < size; column++) {
      const at = row * size + column;
      const across = perturbation[row * size + ((column + 1) % size)]! - perturbation[at]!;
      const down = perturbation[next + column]! - perturbation[at]!;
      const [along, aside] = axis === "x" ? [across, down] : [down, across];
      const other = axis === "x" ? faces.below : faces.right;
      energy += driven[at]! * (1 + along) ** 2 + other[at]! * aside ** 2;
    }
  }
  return energy / (size * size);
}

/** χ of −div (k grad χ) = div (k e): conjugate gradients (Hestenes and Stiefel 1952), Jacobi preconditioner. */
function solvePerturbation(axis: "x" | "y", size: number, faces: Faces, tolerance: number): Float64Array {
  const count = size * size;
  const solution = new Float64Array(count);
  const residual = unbalancedFlux(axis, size, faces);
  const inverseDiagonal = invertedDiagonal(size, faces);
  const direction = new Float64Array(count);
  const product = new Float64Array(count);
  let energy = 0;
  for (let i = 0; i < count; i++) {
    direction[i] = residual[i]! * inverseDiagonal[i]!;
    energy += residual[i]! * direction[i]!;
  }
  const goal = tolerance * tolerance * energy;
  // A homogeneous or layered cell may need no step at all.
  for (let iteration = 0; energy > goal && energy > Number.MIN_VALUE; iteration++) {
    if (iteration === 20 * count)
      throw new DarkmatterError("effectiveConductivity: no convergence. Is the contrast extreme?");
    let curvature = 0;
    applyConduction(size, faces, direction, product);
    for (let i = 0; i < count; i++) curvature += direction[i]! * product[i]!;
    const step = energy / curvature;
    let next = 0;
    for (let i = 0; i < count; i++) {
      solution[i]! += step * direction[i]!;
      const left = residual[i]! - step * product[i]!;
      residual[i] = left;
      next += left * left * inverseDiagonal[i]!;
    }
    const keep = next / energy;
    for (let i = 0; i < count; i++) direction[i] = residual[i]! * inverseDiagonal[i]! + keep * direction[i]!;
    energy = next;
  }
  return solution;
}

/** Net flux into each square under a unit gradient, before the temperature gives way. */
function unbalancedFlux(axis: "x" | "y", size: number, { right, below }: Faces): Float64Array {
  const flux = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const above = ((row + size - 1) % size) * size;
    for (let column = 0; column < size; column++) {
      const at = row * size + column;
      const before = row * size + ((column + size - 1) % size);
      flux[at] = axis === "x" ? right[at]! - right[before]! : below[at]! - below[above + column]!;
    }
  }
  return flux;
}

function invertedDiagonal(size: number, { right, below }: Faces): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const above = ((row + size - 1) % size) * size;
    for (let column = 0; column < size; column++) {
      const at = row * size + column;
      const before = row * size + ((column + size - 1) % size);
      inverse[at] = 1 / (right[at]! + right[before]! + below[at]! + below[above + column]!);
    }
  }
  return inverse;
}

/** out = −div (k grad t): heat leaving each square. */
function applyConduction(size: number, { right, below }: Faces, t: Float64Array, out: Float64Array): void {
  out.fill(0);
  const last = size - 1;
  for (let row = 0; row < size; row++) {
    const start = row * size;
    const next = row === last ? 0 : start + size;
    for (let column = 0; column < size; column++) {
      const at = start + column;
      const value = t[at]!;
      const beside = column === last ? start : at + 1;
      const across = right[at]! * (value - t[beside]!);
      const down = below[at]! * (value - t[next + column]!);
      out[at]! += across + down;
      out[beside]! -= across;
      out[next + column]! -= down;
    }
  }
}

function checkCell({ size, conductivity }: ConductingCell): void {
  if (!(Number.isInteger(size) && size >= 2)) {
    throw new ValueError("effectiveConductivity", "size", "a whole number, at least 2", size);
  }
  if (conductivity.length !== size * size) {
    throw new ShapeError("effectiveConductivity", "conductivity", [size, size], [conductivity.length]);
  }
  for (let i = 0; i < conductivity.length; i++) {
    const value = conductivity[i]!;
    if (!(value > 0 && Number.isFinite(value))) {
      const where = `${value} in row ${Math.floor(i / size)}, column ${i % size}`;
      throw new ValueError("effectiveConductivity", "conductivity", "positive and finite", where);
    }
  }
}
