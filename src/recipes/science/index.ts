/** Science: properties of materials from few measurements, and materials designed to order. */

export type { CheckedCandidate, DesignTrial, MethodScore } from "./design-trial.js";
export { createDesigner, type Design, type Designer, type DesignerOptions, type DesignTarget } from "./designer.js";
export type { LabelEfficiencyRow } from "./label-efficiency.js";
export {
  runScience,
  type ScienceObserver,
  type ScienceOptions,
  type ScienceResult,
  type ScienceSize,
} from "./run-science.js";
