/** Environments: small simulators, one a file, whose truth is known. */
export { createWorld, type EnvironmentName, environments } from "./catalog.js";
export {
  type BranchingWorld,
  type Environment,
  type Episode,
  type Factors,
  type Future,
  type GoalWorld,
  hasFutures,
  hasGoals,
  type Policy,
  type SuccessRule,
  type Task,
  type TrueCost,
  type World,
} from "./environment.js";
export {
  type ConductingCell,
  type EffectiveConductivity,
  effectiveConductivity,
  type SolverOptions,
} from "./heat-conduction.js";
export { isSolved, runPolicy } from "./run-policy.js";
export {
  conductingCell,
  drawMaterial,
  type Material,
  type MaterialStatistics,
  materialPixels,
  PHASE_CONDUCTIVITY,
  whiteTop,
} from "./two-phase-material.js";
export { hasViolations, type Violation, type ViolationPair, type ViolationWorld } from "./violation.js";
