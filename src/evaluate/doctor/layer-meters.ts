/** Meters of single layers, computed where the layers are: inside a program. */
import type { Tensor } from "../../compute/index.js";
import type { Observation } from "../../nn/index.js";

/** A unit is dead if nothing it lets through exceeds this share of its layer's root mean square. */
const DEAD_BELOW = 0.01;

/** What a layer shows: some of these, by what kind of layer it is. */
export type LayerMeters = {
  /** Of the output of a stage or block, averaged over places; see `Meters`. */
  readonly std?: number;
  readonly meanNormRatio?: number;
  readonly effectiveRank?: number;
  readonly maxRank?: number;
  /** Share of ReLU or GELU units that are about 0 for every image and place. */
  readonly deadUnits?: number;
  /** Entropy of attention over log N, averaged over heads: 1 looks everywhere alike, 0 at one token. */
  readonly attentionEntropy?: number;
  /** The same of the head that looks most narrowly. */
  readonly leastAttentionEntropy?: number;
};

/** One vector an image [B, D] of the output [B, ...] of a stage or block: its mean over all places. */
export function pooledOutput({ tensor, unitAxis }: Observation): Tensor {
  const places = tensor.shape.map((_, axis) => axis).filter((axis) => axis !== 0 && axis !== unitAxis);
  return places.length === 0 ? tensor : tensor.mean(places);
}

/** Share of dead units, a scalar. */
export function deadShare({ tensor, unitAxis }: Observation): Tensor {
  const others = tensor.shape.map((_, axis) => axis).filter((axis) => axis !== unitAxis);
  const peaks = tensor.abs().max(others); // [units]
  const level = tensor.square().mean().sqrt().mul(DEAD_BELOW);
  return peaks.greater(level).astype("float32").mean().neg().add(1);
}

/** Entropy over log N of each head [heads]; undefined where there is but one token to look at. */
export function attentionEntropies({ tensor }: Observation): Tensor | undefined {
  const numTokens = tensor.shape.at(-1)!;
  if (numTokens < 2) return undefined;
  const surprise = tensor.mul(tensor.add(1e-12).log()).sum(-1); // [B, heads, N]
  return surprise.mean([0, 2]).mul(-1 / Math.log(numTokens));
}
