/** Worlds: what a run's model of one is worth. */
export { type PlanReport, type PlanRow, type PlanRunOptions, planRun } from "./plan-run.js";
export { renderPlanning } from "./plan-table.js";
export { openRunWorld, type RunWorld, type RunWorldOptions } from "./run-world.js";
