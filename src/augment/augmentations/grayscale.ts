/** Take the colour away. */
import type { OptionTable } from "../../compute/options.js";
import { defineAugmentation } from "../augmentation.js";
import { luma } from "../colour.js";

const options = {
  probability: { default: 0.2, min: 0, max: 1, doc: "how often the colour is taken away" },
} satisfies OptionTable;

/**
 * Give all three channels the luma: 0.2989 R + 0.587 G + 0.114 B. A picture of one channel stays as it is.
 * Source: torchvision RandomGrayscale. Deviations: none.
 */
export const grayscale = defineAugmentation({
  name: "grayscale",
  summary: "take the colour away",
  stage: "picture",
  options,
  apply(view, random, config) {
    if (!random.chance(config.probability) || view.channels !== 3) return;
    const { data } = view;
    const plane = view.size * view.size;
    for (let pixel = 0; pixel < plane; pixel++) {
      const gray = luma(data[pixel]!, data[plane + pixel]!, data[2 * plane + pixel]!);
      data[pixel] = gray;
      data[plane + pixel] = gray;
      data[2 * plane + pixel] = gray;
    }
  },
});
