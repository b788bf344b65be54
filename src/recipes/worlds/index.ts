/** Worlds: what a run's model of one is worth. */

export { type EvaluateFuturesOptions, evaluateFutures, type FuturesOutcome } from "./evaluate-futures.js";
export { type EvaluatePhysicsOptions, evaluatePhysics, type PhysicsOutcome } from "./evaluate-physics.js";
export { type PlanReport, type PlanRow, type PlanRunOptions, planRun } from "./plan-run.js";
export { renderPlanning } from "./plan-table.js";
export { openRunWorld, type RunWorld, type RunWorldOptions } from "./run-world.js";
