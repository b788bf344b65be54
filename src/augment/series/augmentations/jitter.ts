/** Add noise to every value. */
import type { OptionTable } from "../../../compute/options.js";
import { defineSeriesAugmentation } from "../series-augmentation.js";

const options = {
  std: { default: 0.1, min: 0, max: 10, doc: "standard deviation of the noise; a channel has 1" },
  probability: { default: 1, min: 0, max: 1, doc: "how often noise is added" },
} satisfies OptionTable;

/**
 * Add independent noise: out = in + std · n, n ~ N(0, 1).
 * Source: Um et al. 2017, arXiv:1706.00527. Deviations: none.
 */
export const jitter = defineSeriesAugmentation({
  name: "jitter",
  summary: "add Gaussian noise",
  stage: "signal",
  options,
  apply({ data }, random, { std, probability }) {
    if (!random.chance(probability)) return;
    for (let i = 0; i < data.length; i++) data[i] = data[i]! + std * random.normal();
  },
});
