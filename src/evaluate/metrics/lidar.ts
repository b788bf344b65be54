import { symmetricEigen } from "../linear-algebra/index.js";
import { smoothedPerplexity } from "./metric.js";
import { checkViewFeatures, type ViewFeatures, type ViewMetric } from "./view-metric.js";

/** δ: added to the diagonal of the within-image scatter. */
const WITHIN_RIDGE = 1e-4;

/**
 * LiDAR: how many directions tell images apart, relative to what views of one image differ by: the effective rank of
 * linear discriminant analysis with each image as a class.
 *   Σ_w = (1/nq) Σ_i Σ_v (e_iv − μ_i)(e_iv − μ_i)ᵀ + δ I,   Σ_b = (1/n) Σ_i (μ_i − μ)(μ_i − μ)ᵀ,   δ = 1e-4
 *   λ = eigenvalues of Σ_w^−½ Σ_b Σ_w^−½,   LiDAR = exp(−Σ p_k ln p_k),   p_k = λ_k / Σ λ + 1e-7
 * From 1 to min(n − 1, dim); 0 if all images have one mean. Unlike RankMe it does not count directions of noise. δ is
 * absolute: features with a scale far below 0.01 are judged by Σ_b alone.
 * Views are drawn by the augmentation of training (the paper: n = 1,000 images, q = 50 views).
 * Source: Thilak et al. 2023, arXiv:2312.04000. Deviations: none in the formula; n and q are the caller's.
 * @throws ShapeError or ValueError below two images or two views an image, or for a value that is not finite
 */
export const lidar: ViewMetric = {
  name: "lidar",
  summary: "directions that tell images apart, against the spread of their views",
  of(views) {
    const { within, between } = scatter(views);
    const { dim } = views;
    for (let d = 0; d < dim; d++) within[d * dim + d]! += WITHIN_RIDGE;
    // Round-off may leave eigenvalues a little below zero.
    return smoothedPerplexity(discriminantSpectrum(within, between, dim).map((value) => Math.max(0, value)));
  },
};

/** Σ_w without δ and Σ_b, each [dim, dim]. */
function scatter(views: ViewFeatures): { within: Float64Array; between: Float64Array } {
  const n = checkViewFeatures("lidar", views);
  const { viewsPerImage: q, dim, values } = views;
  const means = Array.from({ length: n }, (_, i) => meanOf(values, i * q, q, dim));
  const overall = new Float64Array(dim);
  for (const mean of means) for (let d = 0; d < dim; d++) overall[d]! += mean[d]! / n;
  const within = new Float64Array(dim * dim);
  const between = new Float64Array(dim * dim);
  const offset = new Float64Array(dim);
  for (const [i, mean] of means.entries()) {
    for (let row = i * q; row < (i + 1) * q; row++) {
      for (let d = 0; d < dim; d++) offset[d] = values[row * dim + d]! - mean[d]!;
      addOuter(within, offset, 1 / (n * q));
    }
    for (let d = 0; d < dim; d++) offset[d] = mean[d]! - overall[d]!;
    addOuter(between, offset, 1 / n);
  }
  return { within, between };
}

function meanOf(values: Float32Array, firstRow: number, count: number, dim: number): Float64Array {
  const mean = new Float64Array(dim);
  for (let row = firstRow; row < firstRow + count; row++) {
    for (let d = 0; d < dim; d++) mean[d]! += values[row * dim + d]! / count;
  }
  return mean;
}

/** matrix += weight · x xᵀ. */
function addOuter(matrix: Float64Array, x: Float64Array, weight: number): void {
  const dim = x.length;
  for (let a = 0; a < dim; a++) {
    const scaled = weight * x[a]!;
    if (scaled === 0) continue;
    for (let b = 0; b < dim; b++) matrix[a * dim + b]! += scaled * x[b]!;
  }
}

/** Eigenvalues of within^−½ between within^−½. */
function discriminantSpectrum(within: Float64Array, between: Float64Array, dim: number): Float64Array {
  const { values, vectors } = symmetricEigen(within, dim, { vectors: true });
  // Rows of the whitening W: w_k = v_k / √λ_k; then W between Wᵀ has the same eigenvalues.
  const whitening = vectors.map((value, at) => value / Math.sqrt(values[Math.floor(at / dim)]!));
  const half = timesTransposed(whitening, between, dim); // W betweenᵀ = W between
  return symmetricEigen(timesTransposed(half, whitening, dim), dim, { vectors: false }).values;
}

/** A Bᵀ, all [dim, dim]. */
function timesTransposed(a: Float64Array, b: Float64Array, dim: number): Float64Array {
  const product = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j < dim; j++) {
      let sum = 0;
      for (let k = 0; k < dim; k++) sum += a[i * dim + k]! * b[j * dim + k]!;
      product[i * dim + j] = sum;
    }
  }
  return product;
}
