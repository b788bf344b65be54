/** Trunks: what stands between an image (or its features) and the heads that learn from labels. */
import {
  type Branch,
  float32Spec,
  type HostArray,
  type Tensor,
  type TensorSpec,
  type Tree,
} from "../../compute/index.js";
import type { Encoder } from "../../encoders/index.js";
import { evaluationMode, linear, type Mode, type ParameterSpec } from "../../nn/index.js";
import { attentionPooling } from "./attention-pooling.js";

/** A part that is trained, and perhaps one that is held fixed, from a batch of inputs to one vector a row. */
export interface Trunk {
  readonly featureDim: number;
  /** Shape of one input. */
  readonly inputShape: readonly number[];
  /** Trained parameters and buffers. */
  readonly parameters: Branch<ParameterSpec>;
  /** Held fixed: no gradient, no update. */
  readonly frozen?: Tree<HostArray>;
  /** @returns [B, featureDim] */
  encode(parameters: Tree<Tensor>, frozen: Tree<Tensor> | undefined, inputs: Tensor, mode: Mode): Tensor;
}

/** An encoder that is trained as a whole: from scratch, or from what it learnt without labels. */
export function encoderTrunk(encoder: Encoder, inputShape: readonly number[]): Trunk {
  return {
    featureDim: encoder.featureDim,
    inputShape,
    parameters: encoder.parameters,
    encode: (parameters, _frozen, images, mode) => encoder.encode(parameters as never, images, mode).features,
  };
}

/** A frozen encoder whose places are weighed by a learned question (attentive probing). */
export function attentiveTrunk(
  encoder: Encoder,
  values: Tree<HostArray>,
  inputShape: readonly number[],
  numHeads: number,
): Trunk {
  const pooling = attentionPooling(encoder.featureDim, numHeads);
  return {
    featureDim: encoder.featureDim,
    inputShape,
    parameters: pooling.parameters,
    frozen: values,
    encode(parameters, frozen, images, mode) {
      const { tokens } = encoder.encode(frozen as never, images, evaluationMode());
      return pooling.apply(parameters as never, tokens.stopGradient(), mode);
    },
  };
}

/** Features as they are, through one hidden layer that all heads share: ReLU(x W + b). */
export function sharedLayerTrunk(dim: number, hiddenDim: number): Trunk {
  const hidden = linear(dim, hiddenDim);
  return {
    featureDim: hiddenDim,
    inputShape: [dim],
    parameters: { hidden: hidden.parameters },
    encode: (parameters, _frozen, features, mode) =>
      hidden.apply((parameters as { hidden: never }).hidden, features, mode).relu(),
  };
}

/** Specification of a batch of inputs. */
export function inputSpec(trunk: Trunk, batchSize: number): TensorSpec {
  return float32Spec([batchSize, ...trunk.inputShape]);
}
