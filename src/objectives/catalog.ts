/** The objectives there are. */
import * as exported from "./index.js";
import type { Objective } from "./objective.js";

export const objectives = exported satisfies Record<string, Objective>;
export type ObjectiveName = keyof typeof objectives;
