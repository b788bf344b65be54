import type { Metric } from "./metric.js";

/** Eigenvalues below this share of the largest are round-off of float32 features. */
const NOISE_FLOOR = 1e-7;

/**
 * α-ReQ: how fast the eigenvalues of the covariance fall with their rank, λ_r ∝ r^−α. Near 1 the features use many
 * directions and still weigh them; far below, they are spread like noise; far above, a few directions hold everything.
 *   α = −slope of the line through (ln r, ln λ_r), least squares with weights 1/r
 * Fit range: rank 1 to the last eigenvalue above 1e-7 of the largest. Fewer than two such eigenvalues (a line, a point)
 * have no exponent: 0.
 * Source: Agrawal et al. 2022, arXiv:2202.05808; weights 1/r (each octave of ranks counts alike) as in Stringer et al.
 * 2019. Deviations: published fits leave out the first and the last ranks of 512 to 2,048 by eye; features here are
 * narrower, so every rank above round-off counts.
 */
export const alphaReq: Metric = {
  name: "alphaReq",
  summary: "power-law exponent of the variances (near 1 is best)",
  of: ({ covarianceSpectrum }) => powerLawExponent(covarianceSpectrum),
};

/** α of eigenvalues, largest first; 0 if fewer than two are above round-off. */
export function powerLawExponent(eigenvalues: ArrayLike<number>): number {
  const floor = NOISE_FLOOR * (eigenvalues[0] ?? 0);
  let [weightSum, meanX, meanY, spreadX, jointXY] = [0, 0, 0, 0, 0];
  for (let i = 0; i < eigenvalues.length && eigenvalues[i]! > floor; i++) {
    // One point at a time (West 1979): the weighted means move, the sums of products follow.
    const [weight, x, y] = [1 / (i + 1), Math.log(i + 1), Math.log(eigenvalues[i]!)];
    weightSum += weight;
    const [offX, offY] = [x - meanX, y - meanY];
    meanX += (weight / weightSum) * offX;
    meanY += (weight / weightSum) * offY;
    spreadX += weight * offX * (x - meanX);
    jointXY += weight * offX * (y - meanY);
  }
  return spreadX > 0 ? -jointXY / spreadX : 0;
}
