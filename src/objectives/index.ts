/** Objectives: one export line each. Only definitions (and types) are exported here, the catalogue reads this file. */
export { barlowTwins } from "./barlow-twins.js";
export { byol } from "./byol.js";
export { data2vec } from "./data2vec.js";
export { denoisingAutoencoder } from "./denoising-autoencoder.js";
export { dino } from "./dino.js";
export type { Head, HeadDims, HeadOutput, HeadPass, HeadSide, ModuleSpecs, ModuleTensors } from "./head.js";
export { iJepa } from "./i-jepa.js";
export { lejepa } from "./lejepa.js";
export { mae } from "./mae.js";
export type {
  MaskDims,
  Objective,
  ObjectiveInput,
  ObjectiveNeeds,
  ObjectiveResult,
  ProjectionDims,
  ProjectionTarget,
  RunLength,
  UsualTraining,
} from "./objective.js";
export type { SequencePrediction } from "./sequence-prediction.js";
export { simSiam } from "./sim-siam.js";
export { simclr } from "./simclr.js";
export { vicreg } from "./vicreg.js";
export { worldModel } from "./world-model.js";
