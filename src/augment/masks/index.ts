/** Masks: one export line each. Only definitions are exported here, the catalogue reads this file. */
export { blockMask } from "./block-mask.js";
export { inverseBlockMask } from "./inverse-block-mask.js";
export { randomMask } from "./random-mask.js";
