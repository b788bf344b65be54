/** Energy landscapes: how well a distance leads to a goal from everywhere. */
export { euclideanOnGrid, geodesicOnGrid } from "./distance-maps.js";
export { type FalseMinimum, falseMinima } from "./false-minima.js";
export type { GridMap } from "./grid.js";
export { type LandscapeQuality, type LandscapeQuestion, landscapeQuality } from "./landscape-quality.js";
