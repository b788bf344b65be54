/** Objectives: one export line each. Only definitions (and types) are exported here, the catalogue reads this file. */
export { lejepa } from "./lejepa.js";
export type {
  Objective,
  ObjectiveInput,
  ObjectiveNeeds,
  ObjectiveResult,
  ProjectionDims,
  ProjectionTarget,
} from "./objective.js";
export { simclr } from "./simclr.js";
export { vicreg } from "./vicreg.js";
