/** The named data sets: one line each. */
export { emoji } from "./emoji.js";
export { fashionMnist } from "./fashion-mnist.js";
export { materials } from "./materials.js";
export { placedObjects } from "./placed-objects.js";
