/** What all metrics are made from, computed once for a set of features. */
import { ValueError } from "../../compute/index.js";
import { checkFeatures, columnMoments, type Features, rowNorms, selectRows } from "../features.js";
import { spectrum } from "../linear-algebra/index.js";

export interface FeatureStatistics {
  readonly numImages: number;
  readonly dim: number;
  readonly mean: Float64Array;
  /** Standard deviation of each dimension, divisor n − 1. */
  readonly std: Float64Array;
  /** √(mean ‖x‖²). */
  readonly rootMeanSquareNorm: number;
  /** Standard deviation of each dimension of x / ‖x‖, divisor n − 1. */
  readonly stdOfDirections: Float64Array;
  /** Eigenvalues of the covariance matrix (divisor n), largest first: min(n, dim) of them. */
  readonly covarianceSpectrum: Float64Array;
  /** Eigenvalues of the uncentred second moment (1/n) Σ x xᵀ, largest first. */
  readonly momentSpectrum: Float64Array;
}

/**
 * Statistics in float64 on the host: for a batch, or a sample of a data set (2,048 rows of 512 take about a second).
 * @throws ValueError below two rows or if a value is not finite
 */
export function featureStatistics(features: Features): FeatureStatistics {
  const { numImages, dim, values } = features;
  checkFeatures("featureStatistics", "features", features);
  if (numImages < 2) throw new ValueError("featureStatistics", "features", "at least two rows", numImages);
  const rows = selectRows(
    features,
    Int32Array.from({ length: numImages }, (_, i) => i),
  );
  const { mean, std } = columnMoments(rows);
  const norms = rowNorms(rows);
  const directions = Float32Array.from(values, (value, i) => {
    const norm = norms[Math.floor(i / dim)]!;
    return norm > 0 ? value / norm : 0;
  });
  const unbiased = Math.sqrt(numImages / (numImages - 1));
  let momentSpectrum: Float64Array | undefined;
  return {
    numImages,
    dim,
    mean,
    std: std.map((value) => value * unbiased),
    rootMeanSquareNorm: Math.sqrt(norms.reduce((sum, norm) => sum + norm * norm, 0) / numImages),
    stdOfDirections: columnMoments({ ...rows, source: { ...features, values: directions } }).std.map(
      (s) => s * unbiased,
    ),
    covarianceSpectrum: spectrum(features, { centred: true }),
    get momentSpectrum() {
      momentSpectrum ??= spectrum(features, { centred: false });
      return momentSpectrum;
    },
  };
}
