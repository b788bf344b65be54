/** Model predictive path integral control. Source: Williams et al. 2017, arXiv:1509.01149. */
import type { OptionTable } from "../compute/options.js";
import { childKey, Random } from "../compute/random.js";
import { planLength, projectOntoBall, requireSpace } from "./action-space.js";
import type { Plan, Planner } from "./planner.js";
import { better, type ScoredPlans, scorePlans } from "./scored-plans.js";

export const mppiOptions = {
  numSamples: { default: 64, min: 2, integer: true, doc: "candidates of each iteration" },
  numIterations: { default: 4, min: 1, integer: true, doc: "times that the mean is moved" },
  std: { default: 1, min: 1e-6, doc: "σ: deviation of actions around the mean" },
  temperature: { default: 0.3, min: 1e-6, doc: "λ: how far worse candidates still count, in deviations of the costs" },
} satisfies OptionTable;

/**
 * MPPI: the mean of noisy plans, weighted by what they cost.
 *   plans = mean + σ ε, into the norm ball;   mean ← Σ w plan,   w ∝ exp(−(cost − least) / (λ · deviation of the costs))
 * The mean is among the candidates; the best candidate of all iterations, the last mean included, is the plan.
 * Deviations: λ is measured in deviations of the candidates' costs, so that it holds for costs of any unit; plans beyond
 * the guardrails have no weight unless all are.
 */
export const mppi: Planner<typeof mppiOptions> = {
  name: "mppi",
  summary: "path integral control: noisy plans averaged by what they cost",
  source: "arXiv:1509.01149",
  options: mppiOptions,
  needs: "continuous",
  async plan(search, { numSamples, numIterations, std, temperature }) {
    const { space, key, start } = search;
    requireSpace(space);
    const length = planLength(space);
    let mean: Float32Array = Float32Array.from(start ?? new Float32Array(length));
    let best: Plan | undefined;
    const numRollouts = numSamples * numIterations + 1;
    for (let iteration = 0; iteration < numIterations; iteration++) {
      const random = new Random(childKey(key, "mppi", iteration));
      const plans = new Float32Array(numSamples * length);
      for (let i = 0; i < plans.length; i++) {
        plans[i] = mean[i % length]! + (i < length ? 0 : std * random.normal()); // the first is the mean
      }
      projectOntoBall(plans, space);
      const scored = await scorePlans(plans, search);
      best = better(best, scored.toPlan(scored.ranking()[0]!, numRollouts));
      mean = weightedMean(scored, temperature, length);
    }
    const last = await scorePlans(mean, search);
    return better(best, last.toPlan(0, numRollouts));
  },
};

function weightedMean(scored: ScoredPlans, temperature: number, length: number): Float32Array {
  const weights = weightsOf(scored, temperature);
  const mean = new Float64Array(length);
  for (let i = 0; i < scored.count; i++) {
    const weight = weights[i]!;
    if (weight === 0) continue;
    for (const [at, value] of scored.planAt(i).entries()) mean[at]! += weight * value;
  }
  return Float32Array.from(mean);
}

/** Sum 1; among those that are allowed, or, where none is, among those least beyond. */
function weightsOf({ costs, violations }: ScoredPlans, temperature: number): Float64Array {
  const least = Math.max(0, Math.min(...violations));
  const counts = costs.map((cost, i) => Number(violations[i]! <= least && Number.isFinite(cost)));
  const those = costs.filter((_, i) => counts[i] === 1);
  if (those.length === 0) return costs.map((_, i) => Number(i === 0));
  const mean = those.reduce((sum, cost) => sum + cost, 0) / those.length;
  const deviation = Math.sqrt(those.reduce((sum, cost) => sum + (cost - mean) ** 2, 0) / those.length);
  const lowest = Math.min(...those);
  const scale = temperature * (deviation || 1);
  const weights = costs.map((cost, i) => (counts[i] === 1 ? Math.exp(-(cost - lowest) / scale) : 0));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
