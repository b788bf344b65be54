/** The doctor's meters: a few numbers about one batch of projections or features that together cannot be fooled. */
import { keyFor } from "../../compute/index.js";
import { sigregStatistic } from "../../objectives/sigreg-statistic.js";
import { allRows, columnMoments, type Features } from "../features.js";
import { featureStatistics, metrics } from "../metrics/index.js";
import { type Aim, isUnbound } from "./aim.js";

/** A type, not an interface, so that it is a `Tree` of numbers by structure. */
export type Meters = {
  /** Mean over dimensions of the absolute standard deviation. */
  readonly std: number;
  /** ‖mean‖ / √(mean ‖z‖²): 0 centred, 1 one point. */
  readonly meanNormRatio: number;
  /** Directions in use, centred. */
  readonly effectiveRank: number;
  /** The most directions this batch can show: min(N − 1, D). */
  readonly maxRank: number;
  /** SIGReg statistic T; its floor is 1.05. */
  readonly sigreg: number;
  /** T / N; .402 when all are one point at the origin. */
  readonly sigregPerImage: number;
};

const NUM_SLICES = 128;

/**
 * Read the meters of one batch, in float64 on the host (256 x 256: about 60 ms).
 *   std is always in the projections' own units. The other meters look at what the objective sees: for "scale-free" at
 *   √D z/‖z‖, else at z itself. T asks for N(0, I) where that is the target; for "unit-spread", "free" and an encoder's features
 *   z is centred and divided by one overall standard deviation first; "scale-free" directions already have their length.
 * @param features [N, D], N >= 2; a value that is not finite makes all meters NaN, which is diagnosed as divergence
 * @param aim the objective's `projectionTarget`, or "features" for an encoder's features
 */
export function readMeters(features: Features, aim: Aim): Meters {
  const { numImages, dim } = features;
  const maxRank = Math.min(numImages - 1, dim);
  if (!features.values.every(Number.isFinite)) return unreadable(maxRank);
  const seen = aim === "scale-free" ? directionsOf(features) : features;
  const statistics = featureStatistics(seen);
  const isFree = aim === "unit-spread" || isUnbound(aim);
  const judged = isFree ? standardised(features, statistics.mean, statistics.std) : seen;
  const sigreg = sigregStatistic(judged.values, numImages, dim, keyFor(0, "doctor", "slices"), {
    numSlices: NUM_SLICES,
  });
  return {
    std: seen === features ? metrics.perDimensionStd.of(statistics) : spreadOf(features),
    meanNormRatio: metrics.meanNormRatio.of(statistics),
    effectiveRank: metrics.effectiveRank.of(statistics),
    maxRank,
    sigreg,
    sigregPerImage: sigreg / numImages,
  };
}

/** Mean over dimensions of the standard deviation (divisor n − 1), without the spectra that statistics come with. */
function spreadOf(features: Features): number {
  const { numImages, dim } = features;
  const { std } = columnMoments(allRows(features));
  return (std.reduce((sum, value) => sum + value, 0) / dim) * Math.sqrt(numImages / (numImages - 1));
}

function unreadable(maxRank: number): Meters {
  const nothing = Number.NaN;
  return {
    std: nothing,
    meanNormRatio: nothing,
    effectiveRank: nothing,
    maxRank,
    sigreg: nothing,
    sigregPerImage: nothing,
  };
}

/** √D x / ‖x‖: evenly spread directions then look like N(0, I). */
function directionsOf(features: Features): Features {
  const { numImages, dim } = features;
  const values = Float32Array.from(features.values);
  for (let row = 0; row < numImages; row++) {
    const x = values.subarray(row * dim, (row + 1) * dim);
    const norm = Math.hypot(...x);
    for (let d = 0; d < dim; d++) x[d] = norm > 0 ? (x[d]! / norm) * Math.sqrt(dim) : 0;
  }
  return { ...features, values };
}

/** Centred and divided by one number, so that a dimension without spread keeps none. */
function standardised(features: Features, mean: Float64Array, std: Float64Array): Features {
  const overall = Math.sqrt(std.reduce((sum, s) => sum + s * s, 0) / std.length);
  const scale = overall > 0 ? 1 / overall : 0;
  return { ...features, values: features.values.map((x, i) => (x - mean[i % features.dim]!) * scale) };
}
