/** Kinds of samples: one file, one line here. */
export { images } from "./images.js";
export { series } from "./series.js";
