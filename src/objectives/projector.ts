/** The projector: the MLP between the features and the projections an objective sees. It is dropped after training. */
import type { ConfigOf, OptionTable } from "../compute/index.js";
import { batchNorm, type Layer, linear, relu, sequence } from "../nn/index.js";

export const projectorOptions = {
  hiddenDim: { default: 512, min: 1, integer: true, doc: "width of the hidden layers" },
  numHiddenLayers: { default: 2, min: 0, max: 8, integer: true, doc: "hidden layers before the last linear one" },
  outDim: { default: 128, min: 1, integer: true, doc: "width D of the projections" },
} satisfies OptionTable;
export type ProjectorConfig = ConfigOf<typeof projectorOptions>;

export interface ProjectorShape {
  /** End in a BatchNorm without gain and bias, as SimSiam's does. */
  readonly finalNorm?: boolean;
}

/**
 * numHiddenLayers × (linear → BatchNorm → ReLU), then linear, then perhaps a BatchNorm without gain and bias.
 * @returns layer [B, featureDim] -> [B, outDim]
 * Source: SimCLR (arXiv:2002.05709) and VICReg (arXiv:2105.04906). Deviation: a linear layer before a BatchNorm
 * has no bias, which the BatchNorm would cancel.
 */
export function projector(featureDim: number, config: ProjectorConfig, shape: ProjectorShape = {}): Layer {
  const { finalNorm = false } = shape;
  const { hiddenDim, numHiddenLayers, outDim } = config;
  const hidden = Array.from({ length: numHiddenLayers }, (_, i) => [
    `hidden${i}`,
    sequence({
      linear: linear(i === 0 ? featureDim : hiddenDim, hiddenDim, { bias: false }),
      norm: batchNorm(hiddenDim),
      relu,
    }),
  ]);
  const lastInDim = numHiddenLayers === 0 ? featureDim : hiddenDim;
  const output = linear(lastInDim, outDim, { bias: !finalNorm });
  const norm = finalNorm ? { norm: batchNorm(outDim, { affine: false }) } : {};
  return sequence({ ...Object.fromEntries(hidden), output, ...norm }) as Layer;
}
