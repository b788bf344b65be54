/** The affine head that reads properties off features. */

/** ŷ = features · weights + biases, for each of K properties. */
export interface AffineHead {
  /** [dim, K], row by row. */
  readonly weights: Float64Array;
  /** [K] */
  readonly biases: Float64Array;
}

/**
 * What a head says of features.
 * @param features [n, dim]
 * @returns [n, K]
 */
export function applyHead({ weights, biases }: AffineHead, features: Float32Array): Float64Array {
  const numTargets = biases.length;
  const dim = weights.length / numTargets;
  const predicted = new Float64Array((features.length / dim) * numTargets);
  for (let at = 0; at < predicted.length; at++) {
    const [row, target] = [Math.floor(at / numTargets), at % numTargets];
    let sum = biases[target]!;
    for (let d = 0; d < dim; d++) sum += features[row * dim + d]! * weights[d * numTargets + target]!;
    predicted[at] = sum;
  }
  return predicted;
}
