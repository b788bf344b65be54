/** Planners: search for the actions whose outcome costs least, in a learned model or in the true world. */
export { type ActionSpace, type Candidates, toSteps } from "./action-space.js";
export { allPlanners, type PlannerName, planners } from "./catalog.js";
export * from "./costs/index.js";
export * from "./guardrails/index.js";
export type { Constraint, Cost, CostGradient, Plan, Planner, Rollout, Search } from "./planner.js";
export { type Agent, type Occasion, type Pursuit, type PursuitOptions, pursue } from "./receding-horizon.js";
export {
  drawTasks,
  measureAgent,
  measurePolicy,
  type ReferenceOptions,
  type ReferenceRow,
  referenceRows,
} from "./reference-rows.js";
export { costOfStates, type StatePaths, simulator } from "./simulator.js";
export { latentsOfStates, trueFutures } from "./true-futures.js";
