/** Turn the bright parts into their negative. */
import type { OptionTable } from "../../compute/options.js";
import { defineAugmentation } from "../augmentation.js";

const options = {
  threshold: { default: 0.5, min: 0, max: 1, doc: "values from here on are inverted" },
  probability: { default: 0.2, min: 0, max: 1, doc: "how often the picture is solarized" },
} satisfies OptionTable;

/**
 * Invert what is bright: out = 1 − in where in ≥ threshold, else in.
 * Source: torchvision RandomSolarize on floats (128 of 255 there is a threshold of 128 / 255 here). Deviations: none.
 */
export const solarize = defineAugmentation({
  name: "solarize",
  summary: "turn the bright parts into their negative",
  stage: "picture",
  options,
  apply(view, random, config) {
    if (!random.chance(config.probability)) return;
    const { data } = view;
    const { threshold } = config;
    for (let i = 0; i < data.length; i++) {
      const value = data[i]!;
      if (value >= threshold) data[i] = 1 - value;
    }
  },
});
