/** The models of the benches of training steps. */
import { resnet18Step } from "./resnet18.js";
import { smallStep } from "./small.js";
import type { StepModel, StepShape } from "./step-model.js";
import { vitStep } from "./vit.js";

export const stepModels = {
  vit: vitStep,
  resnet18: resnet18Step,
  small: smallStep,
} satisfies Record<string, (shape: StepShape) => StepModel>;

export type StepModelName = keyof typeof stepModels;
export { drawInputs, type StepModel, type StepShape } from "./step-model.js";
