import type { Metric } from "./metric.js";

/**
 * How much of the features' length is common to all images: ‖mean‖ / √(mean ‖x‖²), from 0 (centred) to 1 (one point).
 * Centred Gaussians give about 1/√n; 0 for features that are all zero.
 */
export const meanNormRatio: Metric = {
  name: "meanNormRatio",
  summary: "share of the length that all images have in common",
  of: ({ mean, rootMeanSquareNorm }) => (rootMeanSquareNorm > 0 ? Math.hypot(...mean) / rootMeanSquareNorm : 0),
};
