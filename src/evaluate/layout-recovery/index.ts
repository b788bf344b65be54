/** Recovering which pixels are neighbours from statistics alone. */
export { neighborsFound, uprightLayout } from "./layout-score.js";
export { inverseOrder, type PixelTable, reorderPixels } from "./pixel-table.js";
export { type RecoveredLayout, type RecoverOptions, recoverLayout } from "./recover-layout.js";
