/** Make channels louder and quieter. */
import type { OptionTable } from "../../../compute/options.js";
import { defineSeriesAugmentation } from "../series-augmentation.js";

const options = {
  std: { default: 0.2, min: 0, max: 3, doc: "spread of the logarithm of the factors" },
  probability: { default: 1, min: 0, max: 1, doc: "how often channels are scaled" },
} satisfies OptionTable;

/**
 * Multiply each channel by a factor of its own: out = in · exp(std · n), n ~ N(0, 1).
 * Source: scaling of Um et al. 2017, arXiv:1706.00527. Deviations: log-normal factors, which are never negative.
 */
export const channelScale = defineSeriesAugmentation({
  name: "channelScale",
  summary: "multiply each channel by a random factor",
  stage: "signal",
  options,
  apply({ data, size, channels }, random, { std, probability }) {
    if (!random.chance(probability)) return;
    for (let c = 0; c < channels; c++) {
      const factor = Math.exp(std * random.normal());
      for (let i = c * size; i < (c + 1) * size; i++) data[i] = data[i]! * factor;
    }
  },
});
