/** Pictures of a run, as PNG: curves, a map of the embedding, nearest neighbours, patch features as colours, futures. */
export { type CurvesOptions, drawCurves } from "./curves.js";
export { type DotPanel, type DotPlotOptions, type DotReference, type DotRow, drawDotPlot } from "./dot-plot.js";
export { drawEmbeddingMap, type EmbeddingMapOptions, layOut, type PlanePositions } from "./embedding-map.js";
export { drawEnergyCurve, type EnergyCurve, type EnergyCurveOptions } from "./energy-curve.js";
export { type AnimationOptions, writeAnimation } from "./frame-animation.js";
export { colouredFrame, type FrameShape } from "./frame-colours.js";
export { drawFrameStrip, type FrameStripOptions, type FrameTrack, stepsToShow } from "./frame-strip.js";
export { drawFuturesStrip, type FutureFrames, type FuturesStripOptions } from "./futures-strip.js";
export { drawGlasses, type GlassesSheetOptions } from "./glasses-sheet.js";
export { drawHeatTable, type HeatBlock, type HeatCell, type HeatTableOptions } from "./heat-table.js";
export { drawLandscapes, type LandscapePanel, type LandscapePictureOptions } from "./landscape-picture.js";
export { drawNeighbors, type NeighborSheetOptions } from "./neighbor-sheet.js";
export { drawPatchColours, type PatchColoursOptions } from "./patch-colours.js";
export { type ImagePixels, Sheet, writePng } from "./sheet.js";
