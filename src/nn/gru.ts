/** A recurrent layer: the gated recurrent unit. */
import { expectShape, stack, type Tensor } from "../compute/index.js";
import { fanInUniform } from "./initialisers.js";
import { affine } from "./linear.js";
import { type ParameterSpec, parameter, type TensorsOf } from "./parameter.js";

/** Reset gate, update gate and candidate side by side. */
export type GruParameters = {
  /** From the input: [inputDim, 3 hiddenDim] and [3 hiddenDim]. */
  readonly input: { readonly weight: ParameterSpec; readonly bias: ParameterSpec };
  /** From the hidden state: [hiddenDim, 3 hiddenDim] and [3 hiddenDim]. */
  readonly hidden: { readonly weight: ParameterSpec; readonly bias: ParameterSpec };
};

export interface Gru {
  readonly parameters: GruParameters;
  /** One step: x [B, inputDim] and hidden [B, hiddenDim] -> the next hidden state [B, hiddenDim]. */
  step(parameters: TensorsOf<GruParameters>, x: Tensor, hidden: Tensor): Tensor;
  /** All steps of inputs known beforehand: x [B, T, inputDim] and hidden [B, hiddenDim] -> states 1..T [B, T, hiddenDim]. */
  unroll(parameters: TensorsOf<GruParameters>, x: Tensor, hidden: Tensor): Tensor;
}

/**
 * Gated recurrent unit: a state that each step may keep, or replace by a candidate.
 *   r = σ(x Wᵣ + bᵣ + h Uᵣ + cᵣ)            reset gate
 *   z = σ(x W_z + b_z + h U_z + c_z)          update gate: the share of the old state that stays
 *   n = tanh(x Wₙ + bₙ + r ⊙ (h Uₙ + cₙ))   candidate
 *   h′ = (1 − z) ⊙ n + z ⊙ h
 * One matrix product serves the three gates of the input, one those of the state; `unroll` takes the first over all
 * times at once.
 * Start: uniform ±1/√hiddenDim for all, as torch.
 * @throws ShapeError if x or hidden do not fit
 * Source: Cho et al. 2014, arXiv:1406.1078. Deviations, both as in torch.nn.GRU and cuDNN: the reset gate acts after the
 * product with U (the paper: before it, which would need two products in a row), and each side has its own bias. The
 * weights are the transposes of torch's.
 */
export function gru(inputDim: number, hiddenDim: number): Gru {
  const start = fanInUniform(hiddenDim);
  const gatesFrom = (dim: number) => ({
    weight: parameter([dim, 3 * hiddenDim], "weight", start),
    bias: parameter([3 * hiddenDim], "bias", start),
  });
  const stepFrom = (fromInput: Tensor, { hidden: { weight, bias } }: TensorsOf<GruParameters>, hidden: Tensor) =>
    nextState(fromInput, affine(hidden, weight, bias), hidden);
  return {
    parameters: { input: gatesFrom(inputDim), hidden: gatesFrom(hiddenDim) },
    step(parameters, x, hidden) {
      const [B] = expectShape("gru", "x", x, ["B", inputDim]);
      expectShape("gru", "hidden", hidden, [B, hiddenDim]);
      return stepFrom(affine(x, parameters.input.weight, parameters.input.bias), parameters, hidden);
    },
    unroll(parameters, x, hidden) {
      const [B, T] = expectShape("gru", "x", x, ["B", "T", inputDim]);
      expectShape("gru", "hidden", hidden, [B, hiddenDim]);
      const fromInputs = affine(x, parameters.input.weight, parameters.input.bias); // [B, T, 3 hiddenDim]
      const states: Tensor[] = [];
      for (const fromInput of fromInputs.split(1, T))
        states.push(stepFrom(fromInput.squeeze(1), parameters, states.at(-1) ?? hidden));
      return stack(states, 1);
    },
  };
}

/** @param fromInput, fromHidden [B, 3 hiddenDim]: reset, update, candidate */
function nextState(fromInput: Tensor, fromHidden: Tensor, hidden: Tensor): Tensor {
  const [resetIn, updateIn, candidateIn] = fromInput.split(1, 3) as [Tensor, Tensor, Tensor];
  const [resetHidden, updateHidden, candidateHidden] = fromHidden.split(1, 3) as [Tensor, Tensor, Tensor];
  const reset = resetIn.add(resetHidden).sigmoid();
  const update = updateIn.add(updateHidden).sigmoid();
  const candidate = candidateIn.add(reset.mul(candidateHidden)).tanh();
  return candidate.add(update.mul(hidden.sub(candidate))); // (1 − z) n + z h
}
