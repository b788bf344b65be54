/** A random rectangle of the image, resized to the view. Source: torchvision `RandomResizedCrop`. */
import { ValueError } from "../../compute/errors.js";
import type { ConfigOf, OptionTable } from "../../compute/options.js";
import type { Random } from "../../compute/random.js";
import { defineAugmentation } from "../augmentation.js";
import { type Rectangle, resample } from "../resample.js";

const options = {
  scaleMin: { default: 0.08, min: 0.001, max: 1, doc: "smallest share of the image's area a crop keeps" },
  scaleMax: { default: 1, min: 0.001, max: 1, doc: "largest share of the image's area a crop keeps" },
  ratioMin: { default: 3 / 4, min: 0.01, max: 100, doc: "smallest width / height of a crop" },
  ratioMax: { default: 4 / 3, min: 0.01, max: 100, doc: "largest width / height of a crop" },
} satisfies OptionTable;

/**
 * Cut out a random rectangle and resize it to the view, antialiased.
 *   area ~ U(scaleMin, scaleMax) · S²,  ln ratio ~ U(ln ratioMin, ln ratioMax)
 *   width = round(√(area · ratio)),  height = round(√(area / ratio)),  place uniform among those that fit
 * A rectangle that does not fit is drawn again, ten times; after that the whole square is taken, trimmed to the
 * nearest allowed ratio and centred.
 * @throws ValueError if a minimum is above its maximum
 * Source: torchvision RandomResizedCrop with antialias. Deviations: none.
 */
export const randomResizedCrop = defineAugmentation({
  name: "randomResizedCrop",
  summary: "cut out a random rectangle and resize it",
  stage: "frame",
  options,
  check(config) {
    checkOrder("scaleMin", config.scaleMin, "scaleMax", config.scaleMax);
    checkOrder("ratioMin", config.ratioMin, "ratioMax", config.ratioMax);
  },
  apply(view, random, config) {
    resample(view, drawCrop(view.sourceSize, random, config));
  },
});

const TRIES = 10;

/** The rectangle of one crop. */
export function drawCrop(side: number, random: Random, config: ConfigOf<typeof options>): Rectangle {
  const logRatioMin = Math.log(config.ratioMin);
  const logRatioMax = Math.log(config.ratioMax);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const area = side * side * random.uniform(config.scaleMin, config.scaleMax);
    const ratio = Math.exp(random.uniform(logRatioMin, logRatioMax));
    const width = Math.round(Math.sqrt(area * ratio));
    const height = Math.round(Math.sqrt(area / ratio));
    if (width > 0 && width <= side && height > 0 && height <= side) {
      const top = random.integer(side - height + 1);
      const left = random.integer(side - width + 1);
      return { left, top, width, height };
    }
  }
  return wholeSquare(side, config.ratioMin, config.ratioMax);
}

function wholeSquare(side: number, ratioMin: number, ratioMax: number): Rectangle {
  const width = ratioMax < 1 ? Math.max(1, Math.round(side * ratioMax)) : side;
  const height = ratioMin > 1 ? Math.max(1, Math.round(side / ratioMin)) : side;
  return { left: (side - width) >> 1, top: (side - height) >> 1, width, height };
}

function checkOrder(lowName: string, low: number, highName: string, high: number): void {
  if (low > high) throw new ValueError("randomResizedCrop", lowName, `at most ${highName} (${high})`, low);
}
