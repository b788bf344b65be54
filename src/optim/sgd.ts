/** SGD with momentum. Source: Sutskever et al. 2013, as torch.optim.SGD writes it. */
import type { ConfigOf, OptionTable } from "../compute/index.js";
import { type Optimizer, rateOfBatch, updateEach } from "./optimizer.js";

export const sgdOptions = {
  momentum: { default: 0.9, min: 0, max: 0.9999, doc: "how much of the last step is taken again" },
  nesterov: { default: false, doc: "look ahead: the gradient counts once more beside the momentum" },
} satisfies OptionTable;
export type SgdConfig = ConfigOf<typeof sgdOptions>;

/**
 * Stochastic gradient descent with momentum; weight decay is part of the gradient.
 *   d = g + λ p,   m ← μ m + d,   p ← p − η m   (nesterov: p ← p − η (d + μ m))
 * λ applies to parameters of role "weight" only.
 * Slots: momentum (m). Deviations from torch.optim.SGD with dampening 0: none beside λ's scope.
 */
export const sgd: Optimizer<typeof sgdOptions> = {
  name: "sgd",
  summary: "gradient descent with momentum",
  options: sgdOptions,
  slots: ["momentum"],
  // SimSiam's and MoCo's, .05 and .03 for a batch of 256, both with a weight decay of 1e-4 on ImageNet, 5e-4 on CIFAR-10.
  usual: { learningRate: rateOfBatch(0.05), weightDecay: 5e-4 },

  scalars: ({ learningRate, weightDecay }) => ({ learningRate, weightDecay }),

  update(input, config) {
    const { learningRate, weightDecay } = input.scalars;
    return updateEach(input, sgd.slots, ({ parameter, gradient, slots, isWeight }) => {
      const change = isWeight ? gradient.add(parameter.mul(weightDecay!)) : gradient;
      const momentum = slots.momentum!.mul(config.momentum).add(change);
      const step = config.nesterov ? change.add(momentum.mul(config.momentum)) : momentum;
      return { parameter: parameter.sub(step.mul(learningRate!)), slots: { momentum } };
    });
  },
};
