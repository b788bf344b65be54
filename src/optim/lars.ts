/** LARS. Source: You et al. 2017, arXiv:1708.03888, as the released codes of Barlow Twins and VICReg write it. */
import type { ConfigOf, OptionTable, Tensor } from "../compute/index.js";
import { type Optimizer, rateOfBatch, updateEach } from "./optimizer.js";

export const larsOptions = {
  trust: {
    default: 0.001,
    min: 0,
    doc: "η: length of a step beside the length of what it changes, at learning rate 1",
  },
  momentum: { default: 0.9, min: 0, max: 0.9999, doc: "how much of the last step is taken again" },
  clipRate: {
    default: false,
    doc: "never step further than SGD would at the same learning rate (solo-learn's and eb_jepa's clip_lr)",
  },
  ratio: {
    default: "decayed",
    choices: ["decayed", "separate"],
    doc: "what the trust ratio divides by: the length of gradient and decay together, or the sum of both lengths",
  },
  otherRateFactor: {
    default: 1,
    min: 0,
    doc: "multiple of the learning rate for biases and norms (Barlow Twins: .0048 / .2 = .024)",
  },
} as const satisfies OptionTable;
export type LarsConfig = ConfigOf<typeof larsOptions>;

/** Keeps quotients finite where a parameter or its gradient is 0; torch's variants take ratio 1 there, as we do. */
const SMALLEST_LENGTH = 1e-20;

/**
 * LARS: each weight matrix moves by a share of its own length, however long its gradient is.
 *   d = g + λ p,   r = η ‖p‖ / ‖d‖   (1 where either length is 0),   m ← μ m + r d,   p ← p − lr m
 * ratio "separate": r = η ‖p‖ / (‖g‖ + λ ‖p‖). clipRate: r ← min(r / lr, 1), with η about .02.
 * λ and r are for parameters of role "weight" alone: biases, norms, positions and tokens take r = 1, λ = 0.
 * Made for large batches with learning rates in the tens of percent; on small ones AdamW is easier.
 * Slots: momentum (m). Deviations: none.
 */
export const lars: Optimizer<typeof larsOptions> = {
  name: "lars",
  summary: "each weight matrix moves by a share of its own length; for large batches",
  options: larsOptions,
  slots: ["momentum"],
  // SimCLR's: .3 for a batch of 256, weight decay 1e-6; Barlow Twins and VICReg have .2 with 1.5e-6 and 1e-6.
  usual: { learningRate: rateOfBatch(0.3), weightDecay: 1e-6 },

  scalars({ learningRate, weightDecay }, { otherRateFactor }) {
    const inverseRate = 1 / Math.max(learningRate, SMALLEST_LENGTH);
    return { learningRate, weightDecay, inverseRate, otherRate: learningRate * otherRateFactor };
  },

  update(input, config) {
    const { learningRate, otherRate } = input.scalars;
    return updateEach(input, lars.slots, ({ parameter, gradient, slots, isWeight }) => {
      const change = isWeight ? trusted(parameter, gradient, input.scalars, config) : gradient;
      const momentum = slots.momentum!.mul(config.momentum).add(change);
      const rate = isWeight ? learningRate! : otherRate!;
      return { parameter: parameter.sub(momentum.mul(rate)), slots: { momentum } };
    });
  },
};

/** r d: the decayed gradient of a weight at the length that suits it. */
function trusted(
  parameter: Tensor,
  gradient: Tensor,
  { weightDecay, inverseRate }: Readonly<Record<string, Tensor>>,
  { trust, ratio, clipRate }: LarsConfig,
): Tensor {
  const change = gradient.add(parameter.mul(weightDecay!));
  const ownLength = lengthOf(parameter);
  const changeLength = lengthOf(ratio === "decayed" ? change : gradient);
  const divisor = ratio === "decayed" ? changeLength : changeLength.add(ownLength.mul(weightDecay!));
  const isKnown = ownLength.minimum(changeLength).greater(0);
  const share = isKnown.select(ownLength.mul(trust).div(divisor.maximum(SMALLEST_LENGTH)), 1);
  return change.mul(clipRate ? share.mul(inverseRate!).minimum(1) : share);
}

function lengthOf(x: Tensor): Tensor {
  return x.square().sum().sqrt();
}
