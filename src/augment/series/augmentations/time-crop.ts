/** A random part of the window in time. */
import { ValueError } from "../../../compute/errors.js";
import type { OptionTable } from "../../../compute/options.js";
import { resampleTime } from "../resample-time.js";
import { defineSeriesAugmentation } from "../series-augmentation.js";

const options = {
  shareMin: { default: 0.5, min: 0.01, max: 1, doc: "smallest share of the window's time a crop keeps" },
  shareMax: { default: 1, min: 0.01, max: 1, doc: "largest share of the window's time a crop keeps" },
} satisfies OptionTable;

/**
 * Cut out a random part of the window and resample it to the view, the same part of every channel.
 *   length ~ U(shareMin, shareMax) · T,  start ~ U(0, T − length),  linear interpolation
 * A part of half the time is seen at half the speed: an encoder learns to ignore tempo by so much. Keep shareMin near 1
 * where a frequency tells what happens.
 * @throws ValueError if shareMin is above shareMax
 * Source: random cropping of TS2Vec (Yue et al. 2022, arXiv:2106.10466). Deviations: resampled to one length.
 */
export const timeCrop = defineSeriesAugmentation({
  name: "timeCrop",
  summary: "cut out a random part in time and resample it",
  stage: "frame",
  options,
  check({ shareMin, shareMax }) {
    if (shareMin > shareMax) {
      throw new ValueError("timeCrop", "shareMin", `at most shareMax (${shareMax})`, shareMin);
    }
  },
  apply({ source, sourceSize, data, size, channels }, random, { shareMin, shareMax }) {
    const length = sourceSize * random.uniform(shareMin, shareMax);
    const start = random.uniform(0, sourceSize - length);
    for (let c = 0; c < channels; c++) {
      const signal = source.subarray(c * sourceSize, (c + 1) * sourceSize);
      resampleTime(signal, { start, length }, data.subarray(c * size, (c + 1) * size));
    }
  },
});
