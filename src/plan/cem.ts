/** The cross-entropy method. Source: Rubinstein 1999; for planning: Chua et al. 2018, arXiv:1805.12114. */
import type { OptionTable } from "../compute/options.js";
import { childKey, Random } from "../compute/random.js";
import { planLength, projectOntoBall, requireSpace } from "./action-space.js";
import type { Plan, Planner } from "./planner.js";
import { better, momentsOf, scorePlans } from "./scored-plans.js";

export const cemOptions = {
  numSamples: { default: 64, min: 2, integer: true, doc: "candidates of each iteration" },
  numIterations: {
    default: 4,
    min: 1,
    integer: true,
    doc: "times that the distribution is moved to its best candidates",
  },
  numElites: { default: 8, min: 1, integer: true, doc: "candidates it is moved to" },
  std: { default: 1, min: 1e-6, doc: "deviation of actions at the start" },
  minStd: { default: 0.05, min: 0, doc: "deviation below which it does not shrink" },
} satisfies OptionTable;

/**
 * CEM: draw plans from independent normals, move the normals to the best of them, and again.
 *   plans ~ N(mean, diag std²), then into the norm ball;   mean, std ← mean and deviation of the elites
 * The mean itself is among the candidates of every iteration; the best candidate of all iterations is the plan.
 * Deviations: released planners often carry out the last mean unseen; here nothing is carried out that was not rolled out.
 */
export const cem: Planner<typeof cemOptions> = {
  name: "cem",
  summary: "cross-entropy method: move a normal distribution of plans to its best samples",
  source: "arXiv:1805.12114",
  options: cemOptions,
  needs: "continuous",
  async plan(search, { numSamples, numIterations, numElites, std: firstStd, minStd }) {
    const { space, key, start } = search;
    requireSpace(space);
    const length = planLength(space);
    const mean = Float64Array.from(start ?? new Float32Array(length));
    const std = new Float64Array(length).fill(firstStd);
    let best: Plan | undefined;
    for (let iteration = 0; iteration < numIterations; iteration++) {
      const random = new Random(childKey(key, "cem", iteration));
      const plans = new Float32Array(numSamples * length);
      for (let i = 0; i < plans.length; i++) {
        plans[i] = mean[i % length]! + (i < length ? 0 : std[i % length]! * random.normal()); // the first is the mean
      }
      projectOntoBall(plans, space);
      const scored = await scorePlans(plans, search);
      const ranking = scored.ranking();
      best = better(best, scored.toPlan(ranking[0]!, numSamples * numIterations));
      const elites = ranking.slice(0, Math.min(numElites, numSamples)).map((index) => scored.planAt(index));
      momentsOf(elites, mean, std);
      for (let i = 0; i < length; i++) std[i] = Math.max(minStd, std[i]!);
    }
    return best!;
  },
};
