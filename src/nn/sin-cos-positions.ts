import { float32, type HostArray, ValueError } from "../compute/index.js";

/** Wavelengths of positions grow from 2π places to this many times as much. */
const LONGEST_WAVE = 10_000;

/**
 * Fixed positions of a square grid: each place by sines and cosines of its column, then of its row, at D/4 frequencies.
 *   ω_i = 10,000^(−i / (D/4));  position = [sin ω column, cos ω column, sin ω row, cos ω row]
 * @returns [gridSize², dim], places row by row
 * @throws ValueError unless dim is a multiple of 4
 * Source: Vaswani et al. 2017, arXiv:1706.03762, in two dimensions as in MAE (He et al. 2022, arXiv:2111.06377).
 */
export function sinCosPositions(gridSize: number, dim: number): HostArray {
  if (dim % 4 !== 0) throw new ValueError("sinCosPositions", "dim", "a multiple of 4", dim, "Choose another width.");
  const numFrequencies = dim / 4;
  const frequencies = Array.from({ length: numFrequencies }, (_, i) => LONGEST_WAVE ** (-i / numFrequencies));
  const wavesAt = (at: number): number[] => [
    ...frequencies.map((frequency) => Math.sin(at * frequency)),
    ...frequencies.map((frequency) => Math.cos(at * frequency)),
  ];
  const waves = Array.from({ length: gridSize }, (_, at) => wavesAt(at));
  const positions = waves.flatMap((ofRow) => waves.flatMap((ofColumn) => [...ofColumn, ...ofRow]));
  return float32(positions, [gridSize ** 2, dim]);
}
