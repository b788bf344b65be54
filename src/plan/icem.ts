/** iCEM. Source: Pinneri et al. 2020, arXiv:2008.06389. */
import type { OptionTable } from "../compute/options.js";
import { childKey, Random } from "../compute/random.js";
import { planLength, projectOntoBall, requireSpace } from "./action-space.js";
import { cemOptions } from "./cem.js";
import { colouredNoise } from "./coloured-noise.js";
import type { Plan, Planner } from "./planner.js";
import { better, momentsOf, scorePlans } from "./scored-plans.js";

export const icemOptions = {
  numSamples: { default: 64, min: 2, integer: true, doc: "candidates of the first iteration" },
  numIterations: cemOptions.numIterations,
  numElites: cemOptions.numElites,
  std: cemOptions.std,
  noiseExponent: { default: 2, min: 0, doc: "β: how much neighbouring actions of a candidate are alike" },
  momentum: { default: 0.1, min: 0, max: 1, doc: "α: share of the old distribution that stays" },
  decay: { default: 1.25, min: 1, doc: "γ: every iteration has so many times fewer candidates" },
  numKept: { default: 5, min: 0, integer: true, doc: "elites that are candidates of the next iteration too" },
} satisfies OptionTable;

/**
 * iCEM: CEM whose samples are smooth in time, and which forgets less.
 *   plans = mean + std · coloured noise;   mean ← α mean + (1 − α) mean of elites, std likewise
 * Fewer candidates each iteration (N γ^−i, never fewer than two elites), the best elites of one iteration compete in the
 * next, the mean competes in the first, where it is the plan before, and in the last; the best candidate of all is the plan.
 * Deviations: elites are not carried over from one planning to the next; the mean is, as `start`.
 */
export const icem: Planner<typeof icemOptions> = {
  name: "icem",
  summary: "CEM with samples that are smooth in time, kept elites and momentum",
  source: "arXiv:2008.06389",
  options: icemOptions,
  needs: "continuous",
  async plan(search, config) {
    const { space, key, start } = search;
    requireSpace(space);
    const { numIterations, numElites, noiseExponent, momentum, numKept } = config;
    const length = planLength(space);
    const mean = Float64Array.from(start ?? new Float32Array(length));
    const std = new Float64Array(length).fill(config.std);
    const [eliteMean, eliteStd] = [new Float64Array(length), new Float64Array(length)];
    let kept: Float32Array[] = [];
    let best: Plan | undefined;
    let numRollouts = 0;
    for (let iteration = 0; iteration < numIterations; iteration++) {
      const random = new Random(childKey(key, "icem", iteration));
      const count = Math.max(2 * numElites, Math.floor(config.numSamples * config.decay ** -iteration));
      const fresh = Array.from({ length: count }, () =>
        smoothPlan(random, { mean, std, noiseExponent }, space.actionDim),
      );
      const isMeanAsked = iteration === 0 || iteration === numIterations - 1;
      const plans = joined([...(isMeanAsked ? [Float32Array.from(mean)] : []), ...kept, ...fresh], length);
      projectOntoBall(plans, space);
      const scored = await scorePlans(plans, search);
      numRollouts += scored.count;
      const ranking = scored.ranking();
      best = better(best, scored.toPlan(ranking[0]!, numRollouts));
      const elites = ranking.slice(0, numElites).map((index) => scored.planAt(index));
      momentsOf(elites, eliteMean, eliteStd);
      for (let i = 0; i < length; i++) {
        mean[i] = momentum * mean[i]! + (1 - momentum) * eliteMean[i]!;
        std[i] = momentum * std[i]! + (1 - momentum) * eliteStd[i]!;
      }
      kept = elites.slice(0, numKept).map((plan) => plan.slice());
    }
    return { ...best!, numRollouts };
  },
};

interface Around {
  readonly mean: Float64Array;
  readonly std: Float64Array;
  readonly noiseExponent: number;
}

/** One plan: each number of the actions follows its own smooth noise. */
function smoothPlan(random: Random, { mean, std, noiseExponent }: Around, actionDim: number): Float32Array {
  const plan = Float32Array.from(mean);
  for (let dim = 0; dim < actionDim; dim++) {
    const noise = colouredNoise(random, plan.length / actionDim, noiseExponent);
    noise.forEach((value, block) => {
      const at = block * actionDim + dim;
      plan[at]! += std[at]! * value;
    });
  }
  return plan;
}

function joined(plans: readonly Float32Array[], length: number): Float32Array {
  const all = new Float32Array(plans.length * length);
  plans.forEach((plan, i) => {
    all.set(plan, i * length);
  });
  return all;
}
