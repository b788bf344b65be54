/** Planning by the gradient through the model. Source: Henaff et al. 2017, arXiv:1705.07177. */
import { DarkmatterError, ValueError } from "../compute/errors.js";
import type { OptionTable } from "../compute/options.js";
import { childKey, Random } from "../compute/random.js";
import {
  type ActionSpace,
  type Candidates,
  planLength,
  projectOntoBall,
  requireSpace,
  toSteps,
} from "./action-space.js";
import type { Plan, Planner } from "./planner.js";
import { better, scorePlans } from "./scored-plans.js";

export const gradientDescentOptions = {
  numStarts: { default: 8, min: 1, integer: true, doc: "plans that are improved side by side, from different starts" },
  numIterations: { default: 30, min: 1, integer: true, doc: "steps down the gradient" },
  learningRate: { default: 0.1, min: 1e-9, doc: "Adam's, in units of the actions" },
  std: { default: 1, min: 0, doc: "deviation of the starts; the first begins at zero or at the plan before" },
} satisfies OptionTable;

const [FIRST_DECAY, SECOND_DECAY, EPSILON] = [0.9, 0.999, 1e-8];

/**
 * Gradient descent: improve plans by Adam along d cost / d actions, keep every action in the norm ball, take the best.
 * The gradient of a block is the sum over the steps that repeat it. Finds only what lies downhill from a start: around a
 * wall, where the straight way gets no nearer, sampling planners do better.
 */
export const gradientDescent: Planner<typeof gradientDescentOptions> = {
  name: "gradientDescent",
  summary: "Adam on the actions, by the gradient through the model",
  source: "arXiv:1705.07177",
  options: gradientDescentOptions,
  needs: "gradient",
  async plan(search, { numStarts, numIterations, learningRate, std }) {
    const { space, key, start, gradient, state } = search;
    requireSpace(space);
    if (gradient === undefined) {
      const hint = "Simulators have no gradient: plan with cem, icem or mppi there.";
      throw new ValueError("gradientDescent", "gradient", "given with the search", undefined, hint);
    }
    const length = planLength(space);
    const random = new Random(childKey(key, "gradientDescent"));
    const plans = new Float32Array(numStarts * length);
    for (let i = 0; i < plans.length; i++) {
      plans[i] = (start?.[i % length] ?? 0) + (i < length ? 0 : std * random.normal());
    }
    projectOntoBall(plans, space);
    const [first, second] = [new Float64Array(plans.length), new Float64Array(plans.length)];
    for (let iteration = 1; iteration <= numIterations; iteration++) {
      const candidates = toSteps(plans, space);
      const { gradients } = await gradient(state, candidates);
      const ofBlocks = sumOverSteps(gradients, candidates, space);
      for (let i = 0; i < plans.length; i++) {
        const slope = ofBlocks[i]!;
        if (!Number.isFinite(slope))
          throw new DarkmatterError("gradientDescent: the gradient of the cost is not finite.");
        first[i] = FIRST_DECAY * first[i]! + (1 - FIRST_DECAY) * slope;
        second[i] = SECOND_DECAY * second[i]! + (1 - SECOND_DECAY) * slope ** 2;
        const mean = first[i]! / (1 - FIRST_DECAY ** iteration);
        plans[i]! -= (learningRate * mean) / (Math.sqrt(second[i]! / (1 - SECOND_DECAY ** iteration)) + EPSILON);
      }
      projectOntoBall(plans, space);
    }
    const scored = await scorePlans(plans, search);
    let best: Plan | undefined;
    for (let i = 0; i < numStarts; i++) best = better(best, scored.toPlan(i, numStarts * (numIterations + 1)));
    return best!;
  },
};

/** Gradients of steps [count, horizon, actionDim] to those of blocks [count, numBlocks, actionDim]. */
function sumOverSteps(gradients: Float32Array, { count }: Candidates, space: ActionSpace): Float64Array {
  const { actionDim, numBlocks, blockLength } = space;
  const sums = new Float64Array(count * numBlocks * actionDim);
  for (let block = 0; block < count * numBlocks; block++) {
    for (let i = 0; i < blockLength * actionDim; i++) {
      sums[block * actionDim + (i % actionDim)]! += gradients[block * blockLength * actionDim + i]!;
    }
  }
  return sums;
}
