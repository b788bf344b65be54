/** Every planner there is: the catalogue and the conformance suite read this list. */
export { categoricalCem } from "./categorical-cem.js";
export { cem } from "./cem.js";
export { gradientDescent } from "./gradient-descent.js";
export { icem } from "./icem.js";
export { mppi } from "./mppi.js";
