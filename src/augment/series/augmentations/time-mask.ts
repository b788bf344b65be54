/** Hide spans of time. */
import type { OptionTable } from "../../../compute/options.js";
import { defineSeriesAugmentation } from "../series-augmentation.js";

const options = {
  numSpans: { default: 2, min: 1, max: 64, integer: true, doc: "spans that are hidden" },
  share: { default: 0.3, min: 0, max: 0.9, doc: "largest share of the time that is hidden in all" },
  probability: { default: 0.5, min: 0, max: 1, doc: "how often anything is hidden" },
} satisfies OptionTable;

/**
 * Set spans of all channels to 0, the mean of a channel.
 *   length of each ~ U(0, share / numSpans) · T, start uniform; spans may overlap
 * Source: SpecAugment (Park et al. 2019, arXiv:1904.08779), over time alone. Deviations: lengths as shares.
 */
export const timeMask = defineSeriesAugmentation({
  name: "timeMask",
  summary: "hide random spans of time",
  stage: "signal",
  options,
  apply({ data, size, channels }, random, { numSpans, share, probability }) {
    if (!random.chance(probability)) return;
    for (let span = 0; span < numSpans; span++) {
      const length = Math.round(random.uniform(0, share / numSpans) * size);
      const start = random.integer(size - length + 1);
      for (let c = 0; c < channels; c++) data.fill(0, c * size + start, c * size + start + length);
    }
  },
});
