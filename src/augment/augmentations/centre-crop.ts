/** The middle of the image, always the same: what evaluation sees. */
import type { OptionTable } from "../../compute/options.js";
import { defineAugmentation } from "../augmentation.js";
import { resample } from "../resample.js";

const options = {
  share: { default: 1, min: 0.01, max: 1, doc: "share of the image's side that is kept; 1 keeps all of it" },
} satisfies OptionTable;

/**
 * Keep the centred square of side round(share · S), resized to the view, antialiased. Draws nothing.
 * Source: torchvision Resize then CenterCrop (share 224 / 256 = 0.875 is the ImageNet protocol). Deviations: the crop
 * comes before the resize, so that pixels are filtered once.
 */
export const centreCrop = defineAugmentation({
  name: "centreCrop",
  summary: "keep the middle of the image and resize it (no randomness)",
  stage: "frame",
  options,
  apply(view, _random, config) {
    const side = Math.max(1, Math.round(view.sourceSize * config.share));
    const offset = (view.sourceSize - side) >> 1;
    resample(view, { left: offset, top: offset, width: side, height: side });
  },
});
