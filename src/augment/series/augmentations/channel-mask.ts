/** Silence channels. */
import type { OptionTable } from "../../../compute/options.js";
import { defineSeriesAugmentation } from "../series-augmentation.js";

const options = {
  rate: { default: 0.2, min: 0, max: 0.95, doc: "share of the channels that are silenced, on average" },
} satisfies OptionTable;

/**
 * Set each channel to 0, its mean, with probability `rate`; one drawn at random always stays.
 * An encoder learns to know a channel from the others.
 */
export const channelMask = defineSeriesAugmentation({
  name: "channelMask",
  summary: "silence random channels",
  stage: "signal",
  options,
  apply({ data, size, channels }, random, { rate }) {
    const kept = random.integer(channels);
    for (let c = 0; c < channels; c++) {
      const isSilenced = random.chance(rate);
      if (isSilenced && c !== kept) data.fill(0, c * size, (c + 1) * size);
    }
  },
});
