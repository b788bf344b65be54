/** The projector: the MLP between the features and the projections an objective sees. It is dropped after training. */
import type { ConfigOf, OptionTable } from "../compute/index.js";
import { batchNorm, type Layer, linear, relu, sequence } from "../nn/index.js";

export const projectorOptions = {
  hiddenDim: { default: 512, min: 1, integer: true, doc: "width of the hidden layers" },
  numHiddenLayers: { default: 2, min: 0, max: 8, integer: true, doc: "hidden layers before the last linear one" },
  outDim: { default: 128, min: 1, integer: true, doc: "width D of the projections" },
} satisfies OptionTable;
export type ProjectorConfig = ConfigOf<typeof projectorOptions>;

/**
 * numHiddenLayers × (linear → BatchNorm → ReLU), then linear.
 * @returns layer [B, featureDim] -> [B, outDim]
 * Source: SimCLR (arXiv:2002.05709) and VICReg (arXiv:2105.04906). Deviation: the hidden linear layers have no bias,
 * which the BatchNorm after them would cancel.
 */
export function projector(featureDim: number, config: ProjectorConfig): Layer {
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
  return sequence({ ...Object.fromEntries(hidden), output: linear(lastInDim, outDim) }) as Layer;
}
