/** Every way of weighing futures there is: the catalogue and the conformance suite read this list. */
export { cvar } from "./cvar.js";
export { max } from "./max.js";
export { mean } from "./mean.js";
