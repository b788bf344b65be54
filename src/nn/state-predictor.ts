/** How a state goes on, step by step, with or without a memory of its own. */
import { concat, Tensor } from "../compute/index.js";
import { type GruParameters, gru } from "./gru.js";
import type { Mode } from "./layer.js";
import { type LayerNormParameters, layerNorm } from "./layer-norm.js";
import { affine, type LinearParameters, linear } from "./linear.js";
import type { TensorsOf } from "./parameter.js";

export interface StatePredictorDims {
  readonly stateDim: number;
  /** Width of what drives a step: actions, codes of what is not known. 0: nothing does. */
  readonly inputDim: number;
  /** Width of the memory; 0: the state alone says what comes next. */
  readonly memoryDim: number;
}

/** `out` only where there is a memory. */
export type StatePredictorParameters = {
  readonly gru: GruParameters;
  readonly norm: LayerNormParameters;
  readonly out?: LinearParameters;
};

/** Where a prediction stands: the state, and what is remembered. */
export interface Standing {
  /** [B, stateDim] */
  readonly state: Tensor;
  /** [B, memoryDim]; absent without a memory. */
  readonly memory?: Tensor;
}

export interface StatePredictor {
  readonly parameters: StatePredictorParameters;
  /** Nothing remembered yet. */
  begin(state: Tensor): Standing;
  /** One step: input [B, inputDim], left out where the width is 0. */
  step(
    parameters: TensorsOf<StatePredictorParameters>,
    standing: Standing,
    input: Tensor | undefined,
    mode: Mode,
  ): Standing;
  /** What was predicted is replaced by what was seen; the memory stays. */
  seen(standing: Standing, state: Tensor): Standing;
}

/**
 * A GRU that predicts states of mean 0 and variance 1 over their dimensions (LayerNorm), as encoded states are.
 *   without memory: s′ = norm(GRU(input, s))                             the state is the hidden state (eb_jepa)
 *   with memory:    h′ = GRU([s, input], h),   s′ = norm(s + W h′ + b)
 * Source: facebookresearch/eb_jepa for the first form. Deviation: the second, for worlds of which one picture does not
 * say everything.
 */
export function statePredictor({ stateDim, inputDim, memoryDim }: StatePredictorDims): StatePredictor {
  const norm = layerNorm(stateDim);
  const drive = (input: Tensor | undefined, B: number) => input ?? Tensor.full([B, 1], 0); // a GRU needs some input
  const driveDim = Math.max(1, inputDim);
  if (memoryDim === 0) {
    const cell = gru(driveDim, stateDim);
    return {
      parameters: { gru: cell.parameters, norm: norm.parameters },
      begin: (state) => ({ state }),
      step(parameters, { state }, input, mode) {
        const next = cell.step(parameters.gru, drive(input, state.shape[0]!), state);
        return { state: norm.apply(parameters.norm, next, mode) };
      },
      seen: (_standing, state) => ({ state }),
    };
  }
  const cell = gru(stateDim + driveDim, memoryDim);
  const out = linear(memoryDim, stateDim);
  return {
    parameters: { gru: cell.parameters, norm: norm.parameters, out: out.parameters },
    begin: (state) => ({ state, memory: Tensor.full([state.shape[0]!, memoryDim], 0) }),
    step(parameters, { state, memory }, input, mode) {
      const x = concat([state, drive(input, state.shape[0]!)], 1);
      const remembered = cell.step(parameters.gru, x, memory!);
      const change = affine(remembered, parameters.out!.weight, parameters.out!.bias!);
      return { state: norm.apply(parameters.norm, state.add(change), mode), memory: remembered };
    },
    seen: ({ memory }, state) => ({ state, ...(memory && { memory }) }),
  };
}
