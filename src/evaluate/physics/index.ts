/** Violation of expectation: is the impossible more surprising? Scores on matched pairs, and what knows no rules. */
export {
  frameCentroid,
  pixelDifference,
  pixelExtrapolation,
  positionExtrapolation,
  type SurpriseOfFrames,
} from "./baselines.js";
export { type PhysicsOptions, type PhysicsReport, type PhysicsRow, physicsReport } from "./physics-report.js";
export { renderPhysics, renderPhysicsComparison } from "./physics-table.js";
export { isAtChance, surpriseThreshold, type ViolationScores } from "./scores.js";
export { type PairSurprise, type Reduction, surpriseReductions, type ViolationSurprise } from "./surprise.js";
export { type ClipDraws, surpriseAt, surprisesAt, type ViolationClip, violationClips } from "./violation-clips.js";
