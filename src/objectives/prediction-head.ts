/** The head of BYOL and SimSiam: a projector, and a predictor whose output is compared with the projection of another view. */
import { applyToAll, type Head, type HeadDims, type HeadSide } from "./head.js";
import { projector } from "./projector.js";

export interface PredictionHeadOptions {
  readonly predictorHiddenDim: number;
  /**
   * "ema": targets are the projections of the averaged copy. "stop-gradient": they are the projections themselves, whose
   * projector then ends in a BatchNorm without gain and bias, and the predictor keeps the peak learning rate.
   */
  readonly target: "ema" | "stop-gradient";
}

/**
 * projector and predictor on every view; targets on the global views.
 *   projections = predictor(z),   targets = z of the global views, of the target's parameters or of the same
 * The doctor watches z: a predictor may well keep apart what has collapsed before it, or the other way round.
 */
export function predictionHead(dims: HeadDims, { predictorHiddenDim, target }: PredictionHeadOptions): Head {
  const isOwnTarget = target === "stop-gradient";
  const config = dims.projector!;
  const project = projector(dims.encoder.featureDim, config, { finalNorm: isOwnTarget });
  const predict = projector(config.outDim, {
    hiddenDim: predictorHiddenDim,
    numHiddenLayers: 1,
    outDim: config.outDim,
  });
  const projected = (side: HeadSide) => applyToAll(project, side.parameters.projector!, side.encoded, side.mode);
  return {
    modules: { projector: project.parameters, predictor: predict.parameters },
    ...(isOwnTarget ? { constantLearningRate: ["predictor"] } : { targetModules: ["projector"] }),
    forward(pass) {
      const z = projected(pass.online);
      return {
        projections: applyToAll(predict, pass.online.parameters.predictor!, z, pass.online.mode),
        targets: isOwnTarget ? z.slice(0, pass.numGlobalViews) : projected(pass.target!),
        watched: z,
      };
    },
  };
}
