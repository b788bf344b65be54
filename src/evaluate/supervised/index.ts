/** What labels add: training with them on frozen places, on the encoder as a whole, from scratch, and for many tasks at once. */
export { checkHeadTask, type HeadKind, type HeadTask, headScore, isKnown, trivialScore } from "./head-task.js";
export { createHeadTrainer, type FitOptions, type FittedHeads, type HeadTrainer } from "./head-trainer.js";
export { cropAndFlip, featureInputs, type InputSource, sampleInputs } from "./inputs.js";
export {
  type EfficiencyPoint,
  type LabelEfficiency,
  type LabelEfficiencyTask,
  labelEfficiency,
  labelsToReach,
} from "./label-efficiency.js";
export { type HeadReport, type MultitaskGround, type MultitaskTask, multitask, onFeatures } from "./multitask.js";
export {
  evaluateThoroughly,
  THOROUGH_PARTS,
  type ThoroughPart,
  type ThoroughReport,
  type ThoroughTask,
} from "./thorough.js";
export { attentiveTrunk, encoderTrunk, sharedLayerTrunk, type Trunk } from "./trunk.js";
