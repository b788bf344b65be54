/** Optimizers, schedules and gradient clipping. */
export { type AdamwConfig, adamw, adamwOptions } from "./adamw.js";
export { type OptimizerName, optimizers } from "./catalog.js";
export { clipByGlobalNorm, globalNorm } from "./clip.js";
export { type LarsConfig, lars, larsOptions } from "./lars.js";
export {
  initialSlots,
  type Optimizer,
  type StepPoint,
  scalarInputs,
  type UpdateInput,
  type UpdateResult,
  type UsualRates,
} from "./optimizer.js";
export {
  type BetweenOptions,
  constant,
  cosineBetween,
  linearBetween,
  type Schedule,
  stepAt,
  type WarmupCosineOptions,
  warmupCosine,
} from "./schedule.js";
export { type SgdConfig, sgd, sgdOptions } from "./sgd.js";
