import type { Branch, Tensor, Tree } from "darkmatter/compute";
import {
  convolution,
  gru,
  type Layer,
  linear,
  type Mode,
  type ParameterSpec,
  relu,
  sequence,
  type TensorsOf,
} from "darkmatter/nn";
import { normalInput, type StepModel, type StepShape, uniformInput } from "./step-model.js";

const IMAGE_SIZE = 32;
const CHANNELS = [3, 16, 32, 64];
const LATENT_DIM = 64;
const ACTION_DIM = 2;
const HORIZON = 8;
const FLAT_DIM = 64 * 4 * 4;
/** Of the variance hinge, inside the root. */
const EPSILON = 1e-4;

/**
 * A small world model: three 3×3 convolutions of stride 2 with ReLU (3 → 16 → 32 → 64) and a linear map give a latent of
 * 64 numbers; a GRU, whose state is the latent and whose input is the action, rolls it forward eight steps.
 *
 * frames = 1 (default): the first frame alone is encoded, and the eight latents to predict are inputs, as when a frozen
 * target encoder went over the data set once (Zhou et al. 2024, DINO-WM). Little arithmetic in many operations.
 *   loss = mean (ẑ₁..₈ − target)²
 * frames = 9: the encoder that is trained encodes all nine frames of a clip; no gradient flows through what is predicted,
 * and a hinge keeps the latents from collapsing (Bardes et al. 2022, VICReg).
 *   loss = mean (ẑ₁..₈ − stopGradient(z₁..₈))² + mean_d max(0, 1 − √(var_d z + ε))
 * with the unbiased variance over the batch and the nine times.
 */
export function smallStep({ batch, frames = 1 }: StepShape): StepModel {
  const encoder = sequence({
    convolution0: stage(0),
    relu0: relu,
    convolution1: stage(1),
    relu1: relu,
    convolution2: stage(2),
    relu2: relu,
    flatten,
    latent: linear(FLAT_DIM, LATENT_DIM),
  }) as Layer;
  const dynamics = gru(ACTION_DIM, LATENT_DIM);
  const image = [3, IMAGE_SIZE, IMAGE_SIZE];
  const actions = normalInput([batch, HORIZON, ACTION_DIM]);
  const parameters = { encoder: encoder.parameters, dynamics: dynamics.parameters };
  type Parameters = TensorsOf<typeof parameters>;

  const predict = (given: Parameters, actions: Tensor, latent: Tensor): Tensor =>
    dynamics.unroll(given.dynamics, actions, latent);

  function lossToTargets(given: Parameters, inputs: Readonly<Record<string, Tensor>>, mode: Mode): Tensor {
    const { images, actions, targets } = inputs as Record<"images" | "actions" | "targets", Tensor>;
    const latent = encoder.apply(given.encoder as Branch<Tensor>, images, mode); // [B, D]
    return predict(given, actions, latent).sub(targets).square().mean();
  }

  function lossToOwnLatents(given: Parameters, inputs: Readonly<Record<string, Tensor>>, mode: Mode): Tensor {
    const { images, actions } = inputs as Record<"images" | "actions", Tensor>;
    const flat = encoder.apply(given.encoder as Branch<Tensor>, images.reshape([batch * frames, ...image]), mode);
    const latents = flat.reshape([batch, frames, LATENT_DIM]);
    const predicted = predict(given, actions, latents.slice(1, 0, 1).squeeze(1)); // [B, T, D]
    const prediction = predicted
      .sub(latents.slice(1, 1, frames).stopGradient())
      .square()
      .mean();
    const std = flat.variance(0, { correction: 1 }).add(EPSILON).sqrt(); // [D]
    return prediction.add(std.neg().add(1).relu().mean());
  }

  return {
    parameters: parameters as unknown as Tree<ParameterSpec>,
    inputs:
      frames === 1
        ? { images: uniformInput([batch, ...image]), actions, targets: normalInput([batch, HORIZON, LATENT_DIM]) }
        : { images: uniformInput([batch, frames, ...image]), actions },
    loss: (given, inputs, mode) =>
      (frames === 1 ? lossToTargets : lossToOwnLatents)(given as unknown as Parameters, inputs, mode),
  };
}

function stage(index: number) {
  return convolution(CHANNELS[index]!, CHANNELS[index + 1]!, { stride: 2, bias: true });
}

/** [B, C, H, W] -> [B, C · H · W] */
const flatten: Layer<Readonly<Record<string, never>>> = {
  parameters: {},
  apply: (_parameters, x) => x.reshape([x.shape[0]!, FLAT_DIM]),
};
