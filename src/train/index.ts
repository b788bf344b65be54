/** Training: the loop, its state, checkpoints and run folder. */
export { writeJsonAtomic } from "./atomic-file.js";
export { requireSameConfig, type TrainCadence, type TrainConfig } from "./config.js";
export { digestOf, requireSameImages } from "./data-digest.js";
export { createEmbedder, type Embedded, type Embedder, type EmbedOptions } from "./embedder.js";
export { type StepEvent, train } from "./loop.js";
export { freeMemory, gigabytes, memoryRemedy } from "./memory.js";
export { buildModel, encodeViews, type Model, projectFeatures } from "./model.js";
export { NotFiniteError } from "./not-finite.js";
export { type RunOptions, type RunProgress, type RunResult, runTraining, type TrainHook } from "./run.js";
export { type MetricLine, RUN_VERSION, RunFolder, type RunRecord, thisProcessor } from "./run-folder.js";
export { requireUnlocked } from "./run-lock.js";
export { decodeSafetensors, encodeSafetensors, type TensorFile } from "./safetensors.js";
export { arraysOf, initialState, type TrainState } from "./state.js";
export { fitToSeconds, measureSteps, type RunLength, type StepMeasurement, warmupFor } from "./time-budget.js";
export { embedTokens, type TokenMaps } from "./token-maps.js";
export { createTrainer, type Trainer } from "./trainer.js";
export type { HostInputs, StepInputs, StepOutputs, StepReport, TrainingStep } from "./training-step.js";
export { untrainedEncoder } from "./untrained.js";
