/** The main job, from data to report, as a typed library. */
export { chooseConfig } from "./choices.js";
export * from "./compare/index.js";
export { type Diagnosis, diagnoseRun } from "./diagnose-run.js";
export { type Embedding, embedImages } from "./embed-images.js";
export { type DemoOptions, type DemoResult, runDemo } from "./emoji-demo.js";
export * from "./episodes/index.js";
export * from "./erase/index.js";
export { type EvaluateObserver, type EvaluateOptions, type Evaluation, evaluateRun } from "./evaluate-run.js";
export * from "./glasses/index.js";
export {
  type EngineReport,
  inspectMachine,
  type MachineObserver,
  type MachineReport,
  type Peak,
  type Processor,
  type Speed,
  type VectorUnits,
} from "./machine/index.js";
export type { RunVerdict, TrainChoices, TrainObserver, TrainPlan, TrainSummary } from "./main-job.js";
export { type PreviewOptions, previewViews } from "./preview-views.js";
export * from "./science/index.js";
export { resumeTraining, trainImages } from "./train-images.js";
export * from "./worlds/index.js";
