/** A price on breaking guardrails that rises until nobody pays it. Source: Lagrangian duality; Stooke et al. 2020, arXiv:2007.03964. */
import { ValueError } from "../../compute/errors.js";
import type { ConfigOf, OptionTable } from "../../compute/options.js";
import { childKey } from "../../compute/random.js";
import type { CostGradient, Plan, Planner, Search } from "../planner.js";
import { better, scorePlans } from "../scored-plans.js";
import { limited, penalised } from "./guardrail.js";

export const lagrangianOptions = {
  numRounds: { default: 6, min: 1, integer: true, doc: "plannings at most, each at a higher price" },
  firstMultiplier: { default: 1, min: 0, doc: "λ of the first round: cost for each unit beyond what is allowed" },
  stepSize: { default: 1, min: 0, doc: "how fast λ follows the excess of the last plan" },
  slack: { default: 0.01, min: 0, doc: "aim so far inside the limit: a price leads to its very edge, on either side" },
  growth: { default: 2, min: 1, doc: "λ is at least so many times higher in the next round; 1: dual ascent alone" },
} satisfies OptionTable;

/** What a round came to. */
export interface LagrangianRound {
  readonly round: number;
  readonly multiplier: number;
  readonly plan: Plan;
}

/**
 * A planner that keeps within guardrails by a price instead of by rejection: plan with cost + λ max(0, g + slack), raise λ,
 * plan again from the plan before, until the plan is safe (g ≤ 0).
 *   λ ← growth · λ + stepSize · max(0, g(plan))
 * The plan says its cost without the price and its true excess; where no round was safe it is the least unsafe one.
 * Unlike rejection it gives planners by gradient a slope out of what is forbidden (`constraintGradient`).
 * Deviation: pure dual ascent (growth 1) slows down with the excess, and a planning has only few rounds.
 * @throws ValueError, when planning, without a guardrail, or by gradient without the guardrail's
 */
export function lagrangian<Options extends OptionTable>(
  planner: Planner<Options>,
  { numRounds, firstMultiplier, stepSize, slack, growth }: ConfigOf<typeof lagrangianOptions>,
  onRound?: (round: LagrangianRound) => void,
): Planner<Options> {
  return {
    ...planner,
    summary: `${planner.summary}; guardrails by a rising price`,
    async plan<S, T>(search: Search<S, T>, config: ConfigOf<Options>): Promise<Plan> {
      let best: Plan | undefined;
      let multiplier = firstMultiplier;
      let numRollouts = 0;
      for (let round = 0; round < numRounds; round++) {
        const start = best?.blocks ?? search.start;
        const key = childKey(search.key, "lagrangian", round);
        const priced: Search<S, T> = {
          ...withPrice(search, { multiplier, slack }, planner),
          key,
          ...(start && { start }),
        };
        const found = await planner.plan(priced, config);
        const plan = (await scorePlans(found.blocks, search)).toPlan(0, 0);
        numRollouts += found.numRollouts + 1;
        best = better(best, plan);
        onRound?.({ round, multiplier, plan });
        if (plan.violation <= 0) break;
        multiplier = growth * multiplier + stepSize * plan.violation;
      }
      return { ...best!, numRollouts };
    },
  };
}

interface Price {
  readonly multiplier: number;
  readonly slack: number;
}

function withPrice<S, T>(search: Search<S, T>, price: Price, { name, needs }: Planner): Search<S, T> {
  const { constraint, constraintGradient, gradient, ...rest } = search;
  if (constraint === undefined) throw new ValueError("lagrangian", "constraint", "given with the search", undefined);
  const cost = penalised(search.cost, limited(constraint, -price.slack), price.multiplier);
  if (needs !== "gradient") return { ...rest, cost };
  if (gradient === undefined || constraintGradient === undefined) {
    const missing = gradient === undefined ? "gradient" : "constraintGradient";
    throw new ValueError(`lagrangian ${name}`, missing, "given with the search", undefined);
  }
  return { ...rest, cost, gradient: pricedGradient(gradient, constraintGradient, price) };
}

/** d (cost + λ max(0, g + slack)): within what is allowed the guardrail has no slope. */
function pricedGradient<S>(
  cost: CostGradient<S>,
  constraint: CostGradient<S>,
  { multiplier, slack }: Price,
): CostGradient<S> {
  return async (state, candidates) => {
    const [own, beyond] = [await cost(state, candidates), await constraint(state, candidates)];
    const perPlan = candidates.horizon * candidates.actionDim;
    const isBeyond = (plan: number) => beyond.costs[plan]! + slack > 0;
    return {
      costs: own.costs.map((value, i) => (isBeyond(i) ? value + multiplier * (beyond.costs[i]! + slack) : value)),
      gradients: own.gradients.map((slope, i) =>
        isBeyond(Math.floor(i / perPlan)) ? slope + multiplier * beyond.gradients[i]! : slope,
      ),
    };
  };
}
