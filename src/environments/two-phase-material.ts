/** Two-phase materials: random periodic patterns of a good conductor in a poor one, as images. */
import { ShapeError, ValueError } from "../compute/errors.js";
import { type Key, Random } from "../compute/random.js";
import type { ConductingCell } from "./heat-conduction.js";

/** Conductivity of black and of white squares. */
export const PHASE_CONDUCTIVITY = { black: 1, white: 10 } as const;

/** What a random material is drawn with. */
export interface MaterialStatistics {
  /** Share of white squares, exact up to rounding. */
  readonly volumeFraction: number;
  /** Standard deviation of the smoothing along x and y in squares: grains are about twice that wide. */
  readonly lengthX: number;
  readonly lengthY: number;
  /** Squares that each row (or column) is shifted against the one before: tilts the pattern and keeps it periodic. */
  readonly shear: -1 | 0 | 1;
  readonly sheared: "rows" | "columns";
}

export interface Material {
  readonly size: number;
  /** 1 where white, 0 where black: [size, size], row by row. */
  readonly isWhite: Uint8Array;
  readonly statistics: MaterialStatistics;
}

const FRACTIONS = [0.3, 0.7] as const;
/** Geometric mean of the two lengths, in squares. */
const LENGTHS = [0.8, 3] as const;
const MOST_ANISOTROPY = 4;

/**
 * A random material: white noise smoothed by a periodic Gaussian, sheared, and cut at the level that leaves the wanted
 * share white. Volume fraction ~ U(0.3, 0.7), grain size log-uniform from 0.8 to 3 squares, ratio of lengths
 * log-uniform from 1/4 to 4, rows or columns sheared in two of three. The same key gives the same material.
 */
export function drawMaterial(size: number, key: Key, wanted: Partial<MaterialStatistics> = {}): Material {
  if (!(Number.isInteger(size) && size >= 4)) {
    throw new ValueError("drawMaterial", "size", "a whole number of squares, at least 4", size);
  }
  const random = new Random(key);
  const length = logUniform(random, LENGTHS[0], LENGTHS[1]);
  const stretch = Math.sqrt(logUniform(random, 1 / MOST_ANISOTROPY, MOST_ANISOTROPY));
  const statistics: MaterialStatistics = {
    volumeFraction: random.uniform(...FRACTIONS),
    lengthX: length * stretch,
    lengthY: length / stretch,
    shear: ([-1, 0, 1] as const)[random.integer(3)]!,
    sheared: random.chance(0.5) ? "rows" : "columns",
    ...wanted,
  };
  const { volumeFraction, lengthX, lengthY, shear, sheared } = statistics;
  if (!(volumeFraction >= 0 && volumeFraction <= 1)) {
    throw new ValueError("drawMaterial", "volumeFraction", "from 0 to 1", volumeFraction);
  }
  const noise = Float64Array.from({ length: size * size }, () => random.normal());
  const smooth = smoothed(smoothed(noise, size, lengthX, "x"), size, lengthY, "y");
  const field = shear === 0 ? smooth : tilted(smooth, size, shear, sheared);
  return { size, isWhite: whiteTop(field, volumeFraction), statistics };
}

/** The largest values white: exactly round(share · count) of them. */
export function whiteTop(field: Float64Array, share: number): Uint8Array {
  const numWhite = Math.round(share * field.length);
  const isWhite = new Uint8Array(field.length);
  if (numWhite === 0) return isWhite;
  const level = Float64Array.from(field).sort()[field.length - numWhite]!;
  let left = numWhite;
  for (let i = 0; i < field.length; i++) if (field[i]! > level) left -= isWhite[i] = 1;
  // Of equal values at the level, the first ones.
  for (let i = 0; left > 0; i++) if (field[i] === level) left -= isWhite[i] = 1;
  return isWhite;
}

/** The conductivities of a material. */
export function conductingCell({ size, isWhite }: Pick<Material, "size" | "isWhite">): ConductingCell {
  if (isWhite.length !== size * size) throw new ShapeError("conductingCell", "isWhite", [size, size], [isWhite.length]);
  const { black, white } = PHASE_CONDUCTIVITY;
  return { size, conductivity: Float64Array.from(isWhite, (one) => (one === 1 ? white : black)) };
}

/** A material as a gray image, uint8 [size, size, 1]: white 255, black 0. */
export function materialPixels({ isWhite }: Pick<Material, "isWhite">): Uint8Array {
  return isWhite.map((one) => 255 * one);
}

/** Convolution with a periodic Gaussian along one axis. */
function smoothed(field: Float64Array, size: number, deviation: number, axis: "x" | "y"): Float64Array {
  const kernel = gaussianKernel(deviation, size);
  const reach = (kernel.length - 1) / 2;
  const [along, across] = axis === "x" ? [1, size] : [size, 1];
  const wrapped = new Float64Array(size + 2 * reach); // one line, continued on both sides
  const result = new Float64Array(field.length);
  for (let line = 0; line < size; line++) {
    for (let i = 0; i < wrapped.length; i++) {
      wrapped[i] = field[line * across + ((i + size - reach) % size) * along]!;
    }
    for (let place = 0; place < size; place++) {
      let sum = 0;
      for (let k = 0; k < kernel.length; k++) sum += kernel[k]! * wrapped[place + k]!;
      result[line * across + place * along] = sum;
    }
  }
  return result;
}

/** exp(−½ (d / σ)²) to three deviations, at most once around. */
function gaussianKernel(deviation: number, size: number): Float64Array {
  const reach = Math.min(Math.ceil(3 * deviation), Math.floor((size - 1) / 2));
  return Float64Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-0.5 * ((k - reach) / deviation) ** 2));
}

/** Row (or column) i moved by i · shear squares, around the edge. */
function tilted(field: Float64Array, size: number, shear: number, sheared: "rows" | "columns"): Float64Array {
  return field.map((_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    const moved = (place: number, steps: number) => (place + steps * shear + size * size) % size;
    return sheared === "rows" ? field[row * size + moved(column, row)]! : field[moved(row, column) * size + column]!;
  });
}

function logUniform(random: Random, low: number, high: number): number {
  return Math.exp(random.uniform(Math.log(low), Math.log(high)));
}
