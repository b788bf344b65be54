/** Move the level of channels. */
import type { OptionTable } from "../../../compute/options.js";
import { defineSeriesAugmentation } from "../series-augmentation.js";

const options = {
  std: { default: 0.5, min: 0, max: 10, doc: "spread of what is added; a channel has 1" },
  probability: { default: 1, min: 0, max: 1, doc: "how often levels are moved" },
} satisfies OptionTable;

/**
 * Add one number of its own to each channel: out = in + std · n, n ~ N(0, 1). For sensors that drift, and where only the
 * shape of a signal counts; it erases how warm or how loud it is.
 */
export const channelShift = defineSeriesAugmentation({
  name: "channelShift",
  summary: "add a random constant to each channel",
  stage: "signal",
  options,
  apply({ data, size, channels }, random, { std, probability }) {
    if (!random.chance(probability)) return;
    for (let c = 0; c < channels; c++) {
      const shift = std * random.normal();
      for (let i = c * size; i < (c + 1) * size; i++) data[i] = data[i]! + shift;
    }
  },
});
