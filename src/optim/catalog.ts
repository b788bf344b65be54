/** The optimizers there are; a new one is one file and one name here. */
import { adamw } from "./adamw.js";
import type { Optimizer } from "./optimizer.js";

export const optimizers = { adamw } satisfies Record<string, Optimizer>;
export type OptimizerName = keyof typeof optimizers;
