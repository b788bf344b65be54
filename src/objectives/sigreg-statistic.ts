import { type Key, Random, ShapeError } from "../compute/index.js";
import { drawDirections, knotsOf, type SigregDomain } from "./sigreg.js";

export interface SigregStatisticOptions {
  readonly numSlices?: number;
  readonly domain?: SigregDomain;
}

/**
 * The SIGReg statistic T of `sigreg` on the host in float64, for meters.
 * Calibration on "half": E[T] = 1.052 for standard normal features at any n; .402 n if all are one point at the origin.
 * @param features [n, dim], row by row, n >= 2
 * @throws ShapeError if the sizes disagree
 */
export function sigregStatistic(
  features: Float32Array,
  n: number,
  dim: number,
  key: Key,
  { numSlices = 256, domain = "half" }: SigregStatisticOptions = {},
): number {
  if (n < 2 || features.length !== n * dim) {
    throw new ShapeError("sigregStatistic", "features", ["n >= 2", dim], [n, features.length / n]);
  }
  const directions = drawDirections(dim, numSlices, new Random(key)).data;
  let sum = 0;
  for (let slice = 0; slice < numSlices; slice++) {
    const column = Float64Array.from({ length: dim }, (_, d) => directions[d * numSlices + slice]!);
    sum += eppsPulley(project(features, n, column), domain);
  }
  return sum / numSlices;
}

function project(features: Float32Array, n: number, direction: Float64Array): Float64Array {
  const dim = direction.length;
  return Float64Array.from({ length: n }, (_, i) => {
    let dot = 0;
    for (let d = 0; d < dim; d++) dot += features[i * dim + d]! * direction[d]!;
    return dot;
  });
}

/** T of one slice. The knots are evenly spaced, so each sample needs two cosines and sines, and turns for the rest. */
function eppsPulley(samples: Float64Array, domain: SigregDomain): number {
  const { positions, weights } = knotsOf(domain);
  const numKnots = positions.length;
  const spacing = positions[1]! - positions[0]!;
  const cosines = new Float64Array(numKnots);
  const sines = new Float64Array(numKnots);
  for (const sample of samples) {
    const stepCosine = Math.cos(spacing * sample);
    const stepSine = Math.sin(spacing * sample);
    let cosine = Math.cos(positions[0]! * sample);
    let sine = Math.sin(positions[0]! * sample);
    for (let k = 0; k < numKnots; k++) {
      cosines[k]! += cosine;
      sines[k]! += sine;
      const turned = cosine * stepCosine - sine * stepSine;
      sine = cosine * stepSine + sine * stepCosine;
      cosine = turned;
    }
  }
  const n = samples.length;
  return weights.reduce((sum, weight, k) => {
    const realError = cosines[k]! / n - Math.exp(-(positions[k]! ** 2) / 2);
    return sum + n * weight * (realError ** 2 + (sines[k]! / n) ** 2);
  }, 0);
}
