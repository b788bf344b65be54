/** The head of world models: states of the features, looked at in order, and what is predicted from there. */
import type { ConfigOf, OptionTable, Tensor } from "../compute/index.js";
import { ValueError } from "../compute/index.js";
import type { Head, HeadDims, HeadPass } from "./head.js";
import { type WorldDynamics, type WorldDynamicsDims, worldDynamics } from "./world-dynamics.js";

/** The options that decide a head's shape. */
type DynamicsConfig = { readonly [Name in "stateDim" | "memoryDim" | "numCodes" | "contextLength"]: number };

/** Parts of a world model by its sizes: what training, evaluation and planning build alike. */
export function dynamicsOf({ encoder, actionDim = 0 }: HeadDims, config: ConfigOf<OptionTable>): WorldDynamics {
  const { stateDim, memoryDim, numCodes } = config as unknown as DynamicsConfig;
  const dims: WorldDynamicsDims = { featureDim: encoder.featureDim, stateDim, memoryDim, actionDim, numCodes };
  return worldDynamics(dims);
}

/** @see worldModel */
export function worldModelHead(dims: HeadDims, config: ConfigOf<OptionTable>): Head {
  const dynamics = dynamicsOf(dims, config);
  const { stateDim, contextLength, numCodes } = config as unknown as DynamicsConfig;
  const { actionDim = 0 } = dims;
  return {
    modules: dynamics.modules,
    projectionDim: stateDim,
    forward({ online: { encoded, parameters, mode }, actions: taken }) {
      requirePredicted(encoded.length, contextLength);
      const states = encoded.map((features) => dynamics.stateOf(parameters, features, mode));
      const actions = actionsOf(taken, states.length - 1, actionDim);
      const standing = dynamics.look(parameters, states.slice(0, contextLength), actions ?? [], mode);
      const ahead = states.slice(contextLength).map((_, t) => actions?.[contextLength - 1 + t]);
      const futures = Array.from({ length: numCodes }, (_, code) =>
        dynamics.imagine(parameters, standing, ahead, code, mode),
      );
      const steps = states.slice(1).map((state, t) => [states[t]!, state] as const);
      return {
        projections: states,
        sequence: {
          contextLength,
          futures,
          ...(numCodes > 1 && { prior: dynamics.prior(parameters, standing, ahead[0], mode) }),
          ...(actions && {
            actions,
            guessedActions: steps.map(([from, to]) => dynamics.guessAction(parameters, from, to, mode)),
          }),
        },
      };
    },
  };
}

/** One a step: [B, A]. */
function actionsOf(taken: HeadPass["actions"], numSteps: number, actionDim: number): Tensor[] | undefined {
  if (taken === undefined || actionDim === 0) return undefined;
  return taken.split(1, numSteps).map((action) => action.squeeze(1));
}

function requirePredicted(numObservations: number, contextLength: number): void {
  if (numObservations > contextLength) return;
  const hint = "Choose longer clips (--clip-length) or see fewer of them first.";
  const expected = `less than the ${numObservations} observations of a clip`;
  throw new ValueError("worldModel", "contextLength", expected, contextLength, hint);
}
