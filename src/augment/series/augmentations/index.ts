/** Every augmentation of series: one file, one line here. The catalogue, the recipes, the docs and the tests read this list. */
export { channelCorruption } from "./channel-corruption.js";
export { channelMask } from "./channel-mask.js";
export { channelScale } from "./channel-scale.js";
export { channelShift } from "./channel-shift.js";
export { jitter } from "./jitter.js";
export { segmentShuffle } from "./segment-shuffle.js";
export { timeCrop } from "./time-crop.js";
export { timeMask } from "./time-mask.js";
export { wholeWindow } from "./whole-window.js";
