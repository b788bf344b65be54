/** What is read from a latent: a position, how dangerous a place is, what is still to be paid. */
import { ShapeError } from "../../compute/errors.js";

/** From a latent [dim] to some numbers. */
export type Readout = (latent: ArrayLike<number>) => ArrayLike<number>;

/** A linear probe as data. */
export interface LinearReadout {
  /** [dim, numOutputs] */
  readonly weights: ArrayLike<number>;
  /** [numOutputs] */
  readonly bias: ArrayLike<number>;
}

/**
 * latent · weights + bias, in float64.
 * @throws ShapeError unless the weights are [dim, numOutputs]; and, when asked, for a latent of another width
 */
export function linearReadout({ weights, bias }: LinearReadout): Readout {
  const dim = weights.length / bias.length;
  if (!Number.isInteger(dim)) {
    throw new ShapeError("linearReadout", "weights", ["dim", bias.length], [weights.length]);
  }
  return (latent) => {
    if (latent.length !== dim) throw new ShapeError("linearReadout", "latent", [dim], [latent.length]);
    return Float64Array.from({ length: bias.length }, (_, output) => {
      let sum = bias[output]!;
      for (let d = 0; d < dim; d++) sum += latent[d]! * weights[d * bias.length + output]!;
      return sum;
    });
  };
}
