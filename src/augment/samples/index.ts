/** Kinds of samples: one file, one line here. */
export { clips } from "./clips.js";
export { images } from "./images.js";
export { series } from "./series.js";
