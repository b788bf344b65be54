/** Mirror the picture left to right. */
import type { OptionTable } from "../../compute/options.js";
import { defineAugmentation } from "../augmentation.js";

const options = {
  probability: { default: 0.5, min: 0, max: 1, doc: "how often the picture is mirrored" },
} satisfies OptionTable;

/**
 * Mirror left to right: out[c, y, x] = in[c, y, W − 1 − x]. Not for data where the side matters, such as text.
 * Source: torchvision RandomHorizontalFlip. Deviations: none.
 */
export const horizontalFlip = defineAugmentation({
  name: "horizontalFlip",
  summary: "mirror left to right",
  stage: "picture",
  options,
  apply(view, random, config) {
    if (!random.chance(config.probability)) return;
    const { data, size } = view;
    for (let row = 0; row < data.length; row += size) {
      for (let left = row, right = row + size - 1; left < right; left++, right--) {
        const swapped = data[left]!;
        data[left] = data[right]!;
        data[right] = swapped;
      }
    }
  },
});
