/** Take channels from other windows: what tables are augmented by. */
import type { OptionTable } from "../../../compute/options.js";
import { defineSeriesAugmentation } from "../series-augmentation.js";

const options = {
  rate: { default: 0.6, min: 0, max: 1, doc: "share of the channels that are replaced" },
} satisfies OptionTable;

/**
 * Replace a random part of the channels, round(rate · C) of them, each by the same channel of another window of the set,
 * drawn for each channel anew. Of rows (T = 1) that is a draw from the distribution of each column by itself: values
 * stay plausible, what hangs together in a row is broken.
 * Source: SCARF (Bahri et al. 2022, arXiv:2106.15147). Deviations: rounds where SCARF rounds down; windows beside rows.
 */
export const channelCorruption = defineSeriesAugmentation({
  name: "channelCorruption",
  summary: "take random channels from other windows",
  stage: "signal",
  options,
  apply(view, random, { rate }) {
    const { data, size, channels } = view;
    for (const channel of random.permutation(channels).subarray(0, Math.round(rate * channels))) {
      data.set(view.drawChannel(random, channel), channel * size);
    }
  },
});
