/**
 * Which pixels speak to each other directly. Correlation alone is misled by things that are alike far apart, such as the
 * two sleeves of a shirt; once all other pixels are known, only neighbours still tell something about a pixel.
 */
import { ShapeError } from "../../compute/index.js";
import { invertPositive } from "../linear-algebra/index.js";

/** Added to the variance of each pixel, as a share of it: what is not told apart from noise. */
const NOISE_SHARE = 0.02;
/** Variance of the rounding to whole gray levels, a few times over: pixels that never change stay finite. */
const ROUNDING_VARIANCE = 1;

/**
 * Partial correlation of each pair of pixels given all others: with K = (R + εI)⁻¹ of the correlation matrix R,
 *   ρ_pq = −K_pq / √(K_pp K_qq),  ε = 0.02,  diagonal 0
 * @param covariance [numPixels, numPixels], values in 0..255
 * @throws ShapeError if it is not square
 */
export function partialCorrelations(covariance: Float64Array, numPixels: number): Float64Array {
  if (covariance.length !== numPixels ** 2) {
    throw new ShapeError("partialCorrelations", "covariance", [numPixels, numPixels], [covariance.length]);
  }
  const scale = Float64Array.from(
    { length: numPixels },
    (_, p) => 1 / Math.sqrt(covariance[p * numPixels + p]! + ROUNDING_VARIANCE),
  );
  const correlation = covariance.map((value, i) => value * scale[Math.floor(i / numPixels)]! * scale[i % numPixels]!);
  for (let p = 0; p < numPixels; p++) correlation[p * numPixels + p] = 1 + NOISE_SHARE;
  const precision = invertPositive(correlation, numPixels);
  return precision.map((value, i) => {
    const [p, q] = [Math.floor(i / numPixels), i % numPixels];
    return p === q ? 0 : -value / Math.sqrt(precision[p * numPixels + p]! * precision[q * numPixels + q]!);
  });
}
