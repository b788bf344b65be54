/** Mirror the picture top to bottom. */
import type { OptionTable } from "../../compute/options.js";
import { defineAugmentation } from "../augmentation.js";

const options = {
  probability: { default: 0.5, min: 0, max: 1, doc: "how often the picture is mirrored" },
} satisfies OptionTable;

/**
 * Mirror top to bottom: out[c, y, x] = in[c, H − 1 − y, x]. For data without an up: materials, cells, maps, sky.
 * Source: torchvision RandomVerticalFlip. Deviations: none.
 */
export const verticalFlip = defineAugmentation({
  name: "verticalFlip",
  summary: "mirror top to bottom",
  stage: "picture",
  options,
  apply(view, random, config) {
    if (!random.chance(config.probability)) return;
    const { data, size, channels } = view;
    const row = new Float32Array(size);
    for (let channel = 0; channel < channels; channel++) {
      const start = channel * size * size;
      for (let top = 0, bottom = size - 1; top < bottom; top++, bottom--) {
        const [upper, lower] = [start + top * size, start + bottom * size];
        row.set(data.subarray(upper, upper + size));
        data.copyWithin(upper, lower, lower + size);
        data.set(row, lower);
      }
    }
  },
});
