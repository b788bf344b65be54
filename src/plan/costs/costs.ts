/** Every cost of imagined paths there is: the catalogue and the conformance suite read this list. */
export { effort } from "./effort.js";
export { energy } from "./energy.js";
export { goalDistance } from "./goal-distance.js";
export { learnedDistance } from "./learned-distance.js";
export { novelty } from "./novelty.js";
export { probedPosition } from "./probed-position.js";
export { probedValue } from "./probed-value.js";
