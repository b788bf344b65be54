/** Every augmentation: one file, one line here. The catalogue, the recipes, the docs and the tests read this list. */
export { centreCrop } from "./centre-crop.js";
export { colourJitter } from "./colour-jitter.js";
export { gaussianBlur } from "./gaussian-blur.js";
export { grayscale } from "./grayscale.js";
export { horizontalFlip } from "./horizontal-flip.js";
export { noise } from "./noise.js";
export { normalise } from "./normalise.js";
export { periodicShift } from "./periodic-shift.js";
export { randomResizedCrop } from "./random-resized-crop.js";
export { rotation } from "./rotation.js";
export { solarize } from "./solarize.js";
export { verticalFlip } from "./vertical-flip.js";
