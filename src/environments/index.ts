/** Environments: small simulators, one a file, whose truth is known. */
export {
  type ConductingCell,
  type EffectiveConductivity,
  effectiveConductivity,
  type SolverOptions,
} from "./heat-conduction.js";
export {
  conductingCell,
  drawMaterial,
  type Material,
  type MaterialStatistics,
  materialPixels,
  PHASE_CONDUCTIVITY,
  whiteTop,
} from "./two-phase-material.js";
