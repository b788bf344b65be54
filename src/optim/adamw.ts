/** AdamW. Source: Loshchilov and Hutter 2019, arXiv:1711.05101. */
import type { ConfigOf, OptionTable } from "../compute/index.js";
import { type Optimizer, rateOfEncoder, updateEach } from "./optimizer.js";

export const adamwOptions = {
  firstDecay: { default: 0.9, min: 0, max: 0.9999, doc: "β₁: how much of the old mean gradient stays each step" },
  secondDecay: { default: 0.999, min: 0, max: 0.999999, doc: "β₂: how much of the old mean square stays each step" },
  epsilon: { default: 1e-8, min: 0, doc: "ε: added to the root of the mean square" },
} satisfies OptionTable;
export type AdamwConfig = ConfigOf<typeof adamwOptions>;

/**
 * AdamW: steps of about the learning rate in each coordinate, with weight decay outside of the gradient.
 *   m ← β₁ m + (1−β₁) g,   v ← β₂ v + (1−β₂) g²,   t = step + 1
 *   p ← (1 − η λ) p − η · m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε)
 * λ applies to parameters of role "weight" only: norms, biases, positions and tokens are not decayed.
 * The corrections are folded into two scalars, which is the same formula: η √(1−β₂ᵗ)/(1−β₁ᵗ) and ε √(1−β₂ᵗ).
 * Slots: first (m), second (v). Deviations from torch.optim.AdamW: none.
 */
export const adamw: Optimizer<typeof adamwOptions> = {
  name: "adamw",
  summary: "Adam with decoupled weight decay",
  options: adamwOptions,
  slots: ["first", "second"],
  usual: { learningRate: rateOfEncoder },

  scalars({ step, learningRate, weightDecay }, { firstDecay, secondDecay, epsilon }) {
    const firstCorrection = 1 - firstDecay ** (step + 1);
    const rootCorrection = Math.sqrt(1 - secondDecay ** (step + 1));
    return {
      stepSize: (learningRate * rootCorrection) / firstCorrection,
      epsilon: epsilon * rootCorrection,
      keep: 1 - learningRate * weightDecay,
    };
  },

  update(input, { firstDecay, secondDecay }) {
    const { stepSize, epsilon, keep } = input.scalars;
    return updateEach(input, adamw.slots, ({ parameter, gradient, slots, isWeight }) => {
      const first = slots.first!.mul(firstDecay).add(gradient.mul(1 - firstDecay));
      const second = slots.second!.mul(secondDecay).add(gradient.square().mul(1 - secondDecay));
      const change = first.mul(stepSize!).div(second.sqrt().add(epsilon!));
      const kept = isWeight ? parameter.mul(keep!) : parameter;
      return { parameter: kept.sub(change), slots: { first, second } };
    });
  },
};
