/** The parts of a world model beside its encoder: states, what drives them, how they go on, and how likely each future is. */
import { type Branch, concat, Tensor } from "../compute/index.js";
import {
  type Layer,
  layerNorm,
  linear,
  type Mode,
  normal,
  type ParameterSpec,
  parameter,
  relu,
  type Standing,
  sequence,
  statePredictor,
} from "../nn/index.js";

import type { ModuleTensors } from "./head.js";

export interface WorldDynamicsDims {
  /** Of the encoder. */
  readonly featureDim: number;
  readonly stateDim: number;
  /** 0: the state alone says what comes next. */
  readonly memoryDim: number;
  /** Numbers of the action between two states; 0 where nobody acts, or nobody tells. */
  readonly actionDim: number;
  /** Futures that are told apart; 1: one future. */
  readonly numCodes: number;
}

/** Width of what stands for a code. */
const CODE_DIM = 8;
const HIDDEN_DIM = 128;

/**
 * What training, evaluation and planning all call: the same functions of the same parameters.
 *   state = norm(W f + b) of a feature f;   standing = what was seen up to now;   future k: steps driven by action and code k
 */
export interface WorldDynamics {
  readonly modules: Readonly<Record<string, Branch<ParameterSpec>>>;
  /** [B, featureDim] -> [B, stateDim], mean 0 and variance 1 over the dimensions. */
  stateOf(parameters: ModuleTensors, features: Tensor, mode: Mode): Tensor;
  /**
   * Look at observed states one after the other.
   * @param states C of [B, stateDim]; @param actions C − 1 of [B, actionDim], between them
   */
  look(parameters: ModuleTensors, states: readonly Tensor[], actions: readonly Tensor[], mode: Mode): Standing;
  /** The same, and where one stands after each of the states. */
  watch(parameters: ModuleTensors, states: readonly Tensor[], actions: readonly Tensor[], mode: Mode): Standing[];
  /**
   * What follows from a standing under these actions if code k comes true.
   * @returns one state [B, stateDim] an action
   */
  imagine(
    parameters: ModuleTensors,
    standing: Standing,
    actions: readonly (Tensor | undefined)[],
    code: number,
    mode: Mode,
  ): Tensor[];
  /** How likely each code is: logits [B, numCodes], from what was seen and the first action, never from what comes. */
  prior(parameters: ModuleTensors, standing: Standing, action: Tensor | undefined, mode: Mode): Tensor;
  /** The action between two states, guessed: [B, actionDim]. */
  guessAction(parameters: ModuleTensors, from: Tensor, to: Tensor, mode: Mode): Tensor;
}

/** @see WorldDynamics */
export function worldDynamics({
  featureDim,
  stateDim,
  memoryDim,
  actionDim,
  numCodes,
}: WorldDynamicsDims): WorldDynamics {
  const state = sequence({ linear: linear(featureDim, stateDim), norm: layerNorm(stateDim) }) as Layer;
  const codeDim = numCodes > 1 ? CODE_DIM : 0;
  const predictor = statePredictor({ stateDim, memoryDim, inputDim: actionDim + codeDim });
  const standingDim = stateDim + memoryDim;
  const priorHead = perceptron(standingDim + actionDim, numCodes);
  const inverse = perceptron(2 * stateDim, actionDim);
  /** What drives a step; nothing where nobody acts and there is one future. */
  const drive = (parameters: ModuleTensors, action: Tensor | undefined, code: number | undefined, B: number) => {
    const parts: Tensor[] = [];
    if (actionDim > 0) parts.push(action ?? Tensor.full([B, actionDim], 0));
    if (codeDim > 0) parts.push(codeRow(parameters, code).broadcastTo([B, codeDim]));
    return parts.length === 0 ? undefined : concat(parts, 1);
  };
  /** While one looks, nothing is uncertain: a row of zeros. */
  const codeRow = (parameters: ModuleTensors, code: number | undefined): Tensor => {
    if (code === undefined) return Tensor.full([1, codeDim], 0);
    return (parameters.codes as { readonly rows: Tensor }).rows.slice(0, code, code + 1);
  };
  const step = (
    parameters: ModuleTensors,
    at: Standing,
    action: Tensor | undefined,
    code: number | undefined,
    mode: Mode,
  ) => predictor.step(parameters.predictor as never, at, drive(parameters, action, code, at.state.shape[0]!), mode);
  const watch: WorldDynamics["watch"] = (parameters, states, actions, mode) => {
    const standings = [predictor.begin(states[0]!)];
    for (const [t, seen] of states.slice(1).entries()) {
      standings.push(predictor.seen(step(parameters, standings[t]!, actions[t], undefined, mode), seen));
    }
    return standings;
  };
  return {
    modules: {
      state: state.parameters,
      predictor: predictor.parameters,
      ...(numCodes > 1 && {
        codes: { rows: parameter([numCodes, codeDim], "bias", normal(1)) },
        prior: priorHead.parameters,
      }),
      ...(actionDim > 0 && { inverse: inverse.parameters }),
    },
    stateOf: (parameters, features, mode) => state.apply(parameters.state!, features, mode),
    look: (parameters, states, actions, mode) => watch(parameters, states, actions, mode).at(-1)!,
    watch,
    imagine(parameters, start, actions, code, mode) {
      let standing = start;
      return actions.map((action) => {
        standing = step(parameters, standing, action, code, mode);
        return standing.state;
      });
    },
    prior(parameters, { state: now, memory }, action, mode) {
      const known = [now, ...(memory ? [memory] : []), ...(actionDim > 0 && action ? [action] : [])];
      return priorHead.apply(parameters.prior!, concat(known, 1), mode);
    },
    guessAction: (parameters, from, to, mode) => inverse.apply(parameters.inverse!, concat([from, to], 1), mode),
  };
}

function perceptron(inDim: number, outDim: number): Layer {
  return sequence({ hidden: linear(inDim, HIDDEN_DIM), relu, out: linear(HIDDEN_DIM, Math.max(1, outDim)) }) as Layer;
}
