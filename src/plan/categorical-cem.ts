/** The cross-entropy method over listed actions. Source: Rubinstein 1999, Methodology and Computing in Applied Probability 1. */
import { ValueError } from "../compute/errors.js";
import type { OptionTable } from "../compute/options.js";
import { childKey, Random } from "../compute/random.js";
import { planLength, requireSpace } from "./action-space.js";
import type { Plan, Planner } from "./planner.js";
import { better, scorePlans } from "./scored-plans.js";

export const categoricalCemOptions = {
  numSamples: { default: 64, min: 2, integer: true, doc: "candidates of each iteration" },
  numIterations: {
    default: 4,
    min: 1,
    integer: true,
    doc: "times that the probabilities are moved to the best candidates",
  },
  numElites: { default: 8, min: 1, integer: true, doc: "candidates they are moved to" },
  smoothing: { default: 0.1, min: 0, max: 1, doc: "share of the old probabilities that stays" },
} satisfies OptionTable;

/**
 * Categorical CEM: each block has probabilities over `choices`; draw plans, move the probabilities to how often the best of
 * them chose what, and again. The best candidate of all iterations is the plan.
 * The plan before counts as one more candidate of the first iteration.
 */
export const categoricalCem: Planner<typeof categoricalCemOptions> = {
  name: "categoricalCem",
  summary: "cross-entropy method over actions that can be listed",
  source: "Rubinstein 1999",
  options: categoricalCemOptions,
  needs: "choices",
  async plan(search, { numSamples, numIterations, numElites, smoothing }) {
    const { space, key, start } = search;
    requireSpace(space);
    const { choices, numBlocks, actionDim } = space;
    if (choices === undefined) {
      const hint = "List the actions there are, or plan with cem, icem or mppi.";
      throw new ValueError("categoricalCem", "choices", "given in the action space", undefined, hint);
    }
    const length = planLength(space);
    const probabilities = Array.from({ length: numBlocks }, () => choices.map(() => 1 / choices.length));
    let best: Plan | undefined;
    for (let iteration = 0; iteration < numIterations; iteration++) {
      const random = new Random(childKey(key, "categoricalCem", iteration));
      const picks = Array.from({ length: numSamples }, () => probabilities.map((row) => draw(row, random)));
      const old = iteration === 0 && start !== undefined ? [start] : [];
      const plans = new Float32Array((numSamples + old.length) * length);
      picks.forEach((pick, i) => {
        pick.forEach((choice, block) => {
          plans.set(choices[choice]!, i * length + block * actionDim);
        });
      });
      for (const plan of old) plans.set(plan, numSamples * length);
      const scored = await scorePlans(plans, search);
      const ranking = scored.ranking();
      best = better(best, scored.toPlan(ranking[0]!, numSamples * numIterations + Number(start !== undefined)));
      const elites = ranking.filter((index) => index < numSamples).slice(0, numElites);
      probabilities.forEach((row, block) => {
        row.forEach((old, choice) => {
          const frequency = elites.filter((index) => picks[index]![block] === choice).length / elites.length;
          row[choice] = smoothing * old + (1 - smoothing) * frequency;
        });
      });
    }
    return best!;
  },
};

function draw(probabilities: readonly number[], random: Random): number {
  let left = random.uniform();
  for (const [choice, probability] of probabilities.entries()) {
    left -= probability;
    if (left < 0) return choice;
  }
  return probabilities.length - 1;
}
