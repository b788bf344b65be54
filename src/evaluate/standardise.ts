/** Features on one scale, so that one regularisation strength means the same for every dimension. */
import { columnMoments, copyRows, type FeatureRows, type Features } from "./features.js";

export interface Standardiser {
  readonly mean: Float64Array;
  /** One over the deviation; 0 for a dimension that does not vary. */
  readonly scale: Float64Array;
  /** (x − mean) · scale of the selected rows. */
  apply(rows: FeatureRows): Features;
}

/** Standardise by the moments of `reference`; a dimension that does not vary in it becomes 0. */
export function standardiserOf(reference: FeatureRows): Standardiser {
  const { mean, std } = columnMoments(reference);
  const scale = std.map((value, d) => (value > 1e-6 * Math.abs(mean[d]!) && value > 1e-30 ? 1 / value : 0));
  return {
    mean,
    scale,
    apply(rows) {
      const { dim } = rows.source;
      const numImages = rows.indices.length;
      const values = new Float32Array(numImages * dim);
      copyRows(rows, 0, numImages, values);
      for (let i = 0; i < numImages; i++) {
        for (let d = 0; d < dim; d++) values[i * dim + d] = (values[i * dim + d]! - mean[d]!) * scale[d]!;
      }
      return { numImages, dim, values };
    },
  };
}
