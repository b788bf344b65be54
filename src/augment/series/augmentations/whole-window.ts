/** The window as it is. */
import { defineSeriesAugmentation } from "../series-augmentation.js";
import { timeCrop } from "./time-crop.js";

/** The whole window, resampled if the view has another length: what evaluation sees. */
export const wholeWindow = defineSeriesAugmentation({
  name: "wholeWindow",
  summary: "the whole window, as evaluation sees it",
  stage: "frame",
  options: {},
  apply(view, random) {
    timeCrop.apply(view, random, { shareMin: 1, shareMax: 1 });
  },
});
