/** Pictures of a run, as PNG: curves, a map of the embedding, nearest neighbours, patch features as colours. */
export { type CurvesOptions, drawCurves } from "./curves.js";
export { type DotPanel, type DotPlotOptions, type DotReference, type DotRow, drawDotPlot } from "./dot-plot.js";
export { drawEmbeddingMap, type EmbeddingMapOptions, layOut, type PlanePositions } from "./embedding-map.js";
export { drawGlasses, type GlassesSheetOptions } from "./glasses-sheet.js";
export { drawHeatTable, type HeatBlock, type HeatCell, type HeatTableOptions } from "./heat-table.js";
export { drawNeighbors, type NeighborSheetOptions } from "./neighbor-sheet.js";
export { drawPatchColours, type PatchColoursOptions } from "./patch-colours.js";
export { type ImagePixels, Sheet, writePng } from "./sheet.js";
