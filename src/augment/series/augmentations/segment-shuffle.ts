/** Cut the time into segments and shuffle them. */
import type { OptionTable } from "../../../compute/options.js";
import { defineSeriesAugmentation } from "../series-augmentation.js";

const options = {
  numSegments: { default: 4, min: 2, max: 64, integer: true, doc: "segments of about equal length" },
  probability: { default: 0.5, min: 0, max: 1, doc: "how often segments are shuffled" },
} satisfies OptionTable;

/**
 * Cut the view into segments, the same for every channel, and put them together in a random order: what happens stays,
 * when it happens is lost. Views shorter than the segments are left as they are.
 * Source: permutation of Um et al. 2017, arXiv:1706.00527. Deviations: segments of equal length.
 */
export const segmentShuffle = defineSeriesAugmentation({
  name: "segmentShuffle",
  summary: "cut the time into segments and shuffle them",
  stage: "signal",
  options,
  apply({ data, size, channels }, random, { numSegments, probability }) {
    if (!random.chance(probability) || size < numSegments) return;
    const order = random.permutation(numSegments);
    const edge = (segment: number) => Math.round((segment * size) / numSegments);
    for (let c = 0; c < channels; c++) {
      const before = data.slice(c * size, (c + 1) * size);
      let at = c * size;
      for (const segment of order) {
        data.set(before.subarray(edge(segment), edge(segment + 1)), at);
        at += edge(segment + 1) - edge(segment);
      }
    }
  },
});
