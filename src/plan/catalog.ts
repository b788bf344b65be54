/** The planners there are. */
import type { Planner } from "./planner.js";
import * as exported from "./planners.js";

export const planners = exported satisfies Readonly<Record<string, unknown>>;
export type PlannerName = keyof typeof planners;

/** As one type, for lists and look-ups. */
export const allPlanners = exported as unknown as Readonly<Record<PlannerName, Planner>>;
