/** Parameters and layers. */
export { channelGelu, gelu, relu } from "./activations.js";
export { type AttentionParameters, attention } from "./attention.js";
export { type BatchNormOptions, type BatchNormParameters, batchNorm } from "./batch-norm.js";
export { type ConvolutionOptions, type ConvolutionParameters, convolution } from "./convolution.js";
export { type GroupNormOptions, type GroupNormParameters, groupNorm } from "./group-norm.js";
export { type Gru, type GruParameters, gru } from "./gru.js";
export {
  fanInUniform,
  type Initialiser,
  kaimingNormal,
  normal,
  ones,
  truncatedNormal,
  uniform,
  zeros,
} from "./initialisers.js";
export {
  BufferUpdates,
  evaluationMode,
  type Layer,
  type Mode,
  residual,
  sequence,
  targetMode,
  trainingMode,
  watched,
} from "./layer.js";
export { type LayerNormParameters, layerNorm } from "./layer-norm.js";
export { affine, type LinearOptions, type LinearParameters, linear } from "./linear.js";
export { type MlpParameters, mlp } from "./mlp.js";
export { inverseStd, sumOfSquares } from "./moments.js";
export { type Observation, type Observe, show, within } from "./observe.js";
export {
  type ArraysOf,
  countParameters,
  initialise,
  isParameterSpec,
  join,
  type ParameterRole,
  type ParameterSpec,
  parameter,
  partition,
  type TensorsOf,
} from "./parameter.js";
export { patchEmbedding, patchesOf } from "./patch-embedding.js";
export { type PlaceDecoder, type PlaceDecoderDims, type PlaceQuestion, placeDecoder } from "./place-decoder.js";
export { averagePool, globalAveragePool, maxPool } from "./pooling.js";
export { type AffineFirstLayer, type AffineInput, affineFirst, preNorm } from "./pre-norm.js";
export { selectPlaces } from "./select-places.js";
export { sinCosPositions } from "./sin-cos-positions.js";
export { type Standing, type StatePredictor, statePredictor } from "./state-predictor.js";
export { type TimeConvolutionOptions, type TimeConvolutionParameters, timeConvolution } from "./time-convolution.js";
export { transformerBlock } from "./transformer-block.js";
export { type TransposedConvolutionOptions, transposedConvolution } from "./transposed-convolution.js";
