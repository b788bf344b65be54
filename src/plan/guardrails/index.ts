/** Guardrails: by rejection, by a rising price or by a fixed one, with limits from calibration. */
export { conformalThreshold } from "./conformal.js";
export { type CombinedGuardrails, combineGuardrails, inFutures, limited, penalised } from "./guardrail.js";
export { type Hazard, type HazardOptions, hazardDepth, hazardTerm, keepOut, type Position } from "./hazard.js";
export { type LagrangianRound, lagrangian, lagrangianOptions } from "./lagrangian.js";
