/** The optimizers there are; a new one is one file and one name here. */
import { adamw } from "./adamw.js";
import { lars } from "./lars.js";
import type { Optimizer } from "./optimizer.js";
import { sgd } from "./sgd.js";

export const optimizers = { adamw, lars, sgd } satisfies Record<string, Optimizer>;
export type OptimizerName = keyof typeof optimizers;
