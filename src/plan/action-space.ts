/** What planners search: sequences of action blocks. */
import { ValueError } from "../compute/errors.js";

/** Plans are made of blocks, each one action that is repeated for some steps. */
export interface ActionSpace {
  /** Numbers of an action. */
  readonly actionDim: number;
  /** Actions that a plan decides about. */
  readonly numBlocks: number;
  /** Steps for which each is repeated. */
  readonly blockLength: number;
  /** Longest action, by its Euclidean norm; longer ones are shortened to it. */
  readonly maxNorm: number;
  /** The only actions there are, where they can be listed. */
  readonly choices?: readonly (readonly number[])[];
}

/** Candidates step by step: what models and simulators roll out. */
export interface Candidates {
  readonly count: number;
  readonly horizon: number;
  readonly actionDim: number;
  /** [count, horizon, actionDim] */
  readonly actions: Float32Array;
}

/** @throws ValueError for a space in which there is nothing to search */
export function requireSpace({ actionDim, numBlocks, blockLength, maxNorm, choices }: ActionSpace): void {
  for (const [name, value] of Object.entries({ actionDim, numBlocks, blockLength })) {
    if (!(Number.isInteger(value) && value >= 1))
      throw new ValueError("plan", name, "a whole number, at least 1", value);
  }
  if (!(maxNorm > 0)) throw new ValueError("plan", "maxNorm", "above 0", maxNorm);
  if (choices === undefined) return;
  if (choices.length === 0) throw new ValueError("plan", "choices", "at least one action", choices);
  const odd = choices.find((choice) => choice.length !== actionDim);
  if (odd !== undefined) throw new ValueError("plan", "choices", `actions of ${actionDim} numbers`, odd);
}

/** Numbers of a plan: numBlocks times actionDim. */
export function planLength({ numBlocks, actionDim }: ActionSpace): number {
  return numBlocks * actionDim;
}

/** Shorten, in place, every action of these plans that is longer than allowed. */
export function projectOntoBall(plans: Float32Array, { actionDim, maxNorm }: ActionSpace): void {
  for (let first = 0; first < plans.length; first += actionDim) {
    let squared = 0;
    for (let i = first; i < first + actionDim; i++) squared += plans[i]! ** 2;
    if (squared <= maxNorm ** 2) continue;
    const scale = maxNorm / Math.sqrt(squared);
    for (let i = first; i < first + actionDim; i++) plans[i]! *= scale;
  }
}

/** Plans [count, numBlocks, actionDim] step by step. */
export function toSteps(plans: Float32Array, space: ActionSpace): Candidates {
  const { actionDim, numBlocks, blockLength } = space;
  const [count, horizon] = [plans.length / planLength(space), numBlocks * blockLength];
  const actions = new Float32Array(count * horizon * actionDim);
  let at = 0;
  for (let block = 0; block < count * numBlocks; block++) {
    const action = plans.subarray(block * actionDim, (block + 1) * actionDim);
    for (let i = 0; i < blockLength; i++, at += actionDim) actions.set(action, at);
  }
  return { count, horizon, actionDim, actions };
}

/** A plan after its first blocks were carried out; what is then missing at its end is zero. */
export function shifted(plan: Float32Array, numDone: number, { actionDim }: ActionSpace): Float32Array {
  const rest = new Float32Array(plan.length);
  rest.set(plan.subarray(numDone * actionDim));
  return rest;
}
