/** Add Gaussian noise. */
import type { OptionTable } from "../../compute/options.js";
import { defineAugmentation } from "../augmentation.js";
import { clampUnit } from "../colour.js";

const options = {
  std: { default: 0.1, min: 0, max: 1, doc: "standard deviation of the noise, where white is 1" },
  probability: { default: 1, min: 0, max: 1, doc: "how often noise is added" },
} satisfies OptionTable;

/**
 * Add noise to every value of every channel: out = clamp(in + std · n, 0, 1), n ~ N(0, 1) independent.
 * Source: torchvision v2 GaussianNoise with clip. Deviations: none.
 */
export const noise = defineAugmentation({
  name: "noise",
  summary: "add Gaussian noise",
  stage: "picture",
  options,
  apply(view, random, config) {
    if (!random.chance(config.probability)) return;
    const { data } = view;
    const { std } = config;
    for (let i = 0; i < data.length; i++) data[i] = clampUnit(data[i]! + std * random.normal());
  },
});
