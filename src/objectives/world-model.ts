/** A world model without a decoder: states of observations, and what comes next. Source: facebookresearch/eb_jepa. */
import { type ConfigOf, type OptionTable, Tensor } from "../compute/index.js";
import { warmupCosine } from "../optim/index.js";
import { checkProjections, meanOf, type Objective, weightedTotal } from "./objective.js";
import { pluralPrediction } from "./plural-prediction.js";
import { checkSequence, type SequencePrediction } from "./sequence-prediction.js";
import { changeInTime, curvature, motionHinge, offDiagonalCovariance, spreadHinge } from "./sequence-terms.js";
import { drawDirections, sigreg } from "./sigreg.js";
import { worldModelHead } from "./world-model-head.js";

/** Share of a run after which futures are judged by the best of them alone. */
const LOOSE_SHARE = 0.6;
const FIRST_LOOSENESS = 0.3;

export const worldModelOptions = {
  contextLength: { default: 1, min: 1, integer: true, doc: "observations that are seen before the first is predicted" },
  stateDim: { default: 128, min: 1, integer: true, doc: "width of a state" },
  memoryDim: { default: 0, min: 0, integer: true, doc: "width of what the predictor remembers; 0: the state says all" },
  numCodes: { default: 1, min: 1, max: 64, integer: true, doc: "futures that are told apart; 1: one" },
  predictionWeight: { default: 1, min: 0, doc: "what comes next, predicted step by step from its own predictions" },
  varianceWeight: { default: 16, min: 0, doc: "keep every dimension spread out over the batch, at every step" },
  covarianceWeight: { default: 8, min: 0, doc: "decorrelate the dimensions" },
  sigregWeight: { default: 0, min: 0, doc: "SIGReg at every step, instead of variance and covariance" },
  motionWeight: {
    default: 0,
    min: 0,
    doc: "every dimension changes within clips too, so that states are not all scenery",
  },
  similarityWeight: { default: 12, min: 0, doc: "neighbours in time are alike" },
  inverseDynamicsWeight: { default: 1, min: 0, doc: "what was done is read from the states on both sides" },
  straighteningWeight: { default: 0, min: 0, doc: "ways through the space are straight" },
  priorWeight: { default: 1, min: 0, doc: "how likely each future is, learnt from which came true" },
  targetStd: { default: 1, min: 0, doc: "γ: standard deviation up to which a dimension is pushed" },
  targetMotion: { default: 0.3, min: 0, doc: "the same within clips" },
  numSlices: { default: 256, min: 1, integer: true, doc: "random directions of SIGReg a step" },
} as const satisfies OptionTable;
export type WorldModelConfig = ConfigOf<typeof worldModelOptions>;

/**
 * World model (joint-embedding predictive architecture in time): observations become states s_t, and a predictor goes on
 * from the states that were seen, under the actions that were taken, from its own predictions, in K futures.
 *   prediction      = the best future's mean (ŝ_t − s_t)², see `pluralPrediction`; gradient through both sides
 *   variance        = mean over steps and dimensions of max(0, γ − std over the batch)
 *   covariance      = mean over steps of Σ_{i≠j} C²_ij / (D (D − 1))
 *   motion          = the same hinge on the spread within clips
 *   similarity      = mean (s_t − s_{t+1})²;   inverseDynamics = mean (a_t − guess(s_t, s_{t+1}))²
 *   straightening   = mean 1 − cos of successive steps;   sigreg = mean over steps of T(s_t);   prior = −log p(best future)
 *   total           = Σ weight · term
 * projections: the states, T of [B, D], T > contextLength, B >= 2. Terms whose weight is 0 are left out;
 * `inverseDynamics` is 0 where nobody acts. `futuresInUse` (weight 0) tells codes that die: from 1 to numCodes.
 * Source: facebookresearch/eb_jepa (its weights are the defaults), arXiv:2502.14819 (PLDM). Deviations: several futures
 * with a learned prior; straightening and SIGReg as options.
 */
export const worldModel: Objective<typeof worldModelOptions> = {
  name: "worldModel",
  summary: "what comes next, in states that keep apart: world models and video, several futures",
  source: "arXiv:2502.14819, https://github.com/facebookresearch/eb_jepa",
  needs: { views: 2, localViews: false, tokens: "pooled", masking: "none", target: "none", inTime: true },
  projectionTarget: "unit-spread",
  options: worldModelOptions,
  defaultViews: ["none", "none"],
  training: { weightDecay: 1e-5, maxGradientNorm: 2 },
  weights: (config) => {
    const all = {
      prediction: config.predictionWeight,
      variance: config.varianceWeight,
      covariance: config.covarianceWeight,
      sigreg: config.sigregWeight,
      motion: config.motionWeight,
      similarity: config.similarityWeight,
      inverseDynamics: config.inverseDynamicsWeight,
      straightening: config.straighteningWeight,
    };
    const used = Object.entries(all).filter(([, weight]) => weight > 0);
    const plural = config.numCodes > 1 ? { prior: config.priorWeight, futuresInUse: 0 } : {};
    return { ...Object.fromEntries(used), ...plural };
  },
  head: worldModelHead,
  schedules: (_config, { totalSteps }) => ({
    looseness: warmupCosine({ peak: FIRST_LOOSENESS, warmupSteps: 0, totalSteps: LOOSE_SHARE * totalSteps, final: 0 }),
  }),
  noise: ({ sigregWeight, numSlices }, { projectionDim }, random) =>
    sigregWeight > 0 ? { directions: drawDirections(projectionDim, numSlices, random) } : {},

  loss({ projections: states, sequence: given, noise, scalars }, config) {
    checkProjections("worldModel", states, 2);
    const sequence = checkSequence("worldModel", states, given);
    const { futures, contextLength, prior } = sequence;
    const plural = pluralPrediction(
      futures,
      states.slice(contextLength),
      prior,
      scalars?.looseness ?? Tensor.constant(0),
    );
    const terms: Record<string, () => Tensor> = {
      prediction: () => plural.prediction,
      variance: () => spreadHinge(states, config.targetStd),
      covariance: () => offDiagonalCovariance(states),
      sigreg: () =>
        meanOf(states.map((state) => sigreg(state.reshape([1, ...state.shape]), noise.directions!, "half"))),
      motion: () => motionHinge(states, config.targetMotion),
      similarity: () => changeInTime(states),
      inverseDynamics: () => inverseDynamicsOf(sequence),
      straightening: () => curvature(states),
      prior: () => plural.priorError,
      futuresInUse: () => plural.futuresInUse,
    };
    const weights = worldModel.weights(config);
    const used = Object.keys(weights).map((name) => [name, terms[name]!()] as const);
    return weightedTotal(Object.fromEntries(used), weights);
  },
};

function inverseDynamicsOf({ actions, guessedActions }: SequencePrediction): Tensor {
  if (actions === undefined || guessedActions === undefined) return Tensor.constant(0);
  return meanOf(guessedActions.map((guess, t) => guess.sub(actions[t]!).square().mean()));
}
