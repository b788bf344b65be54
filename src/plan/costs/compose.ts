/** Costs added up, over the futures of every candidate, with what each of them contributed. */
import { ValueError } from "../../compute/errors.js";
import { type Candidates, toSteps } from "../action-space.js";
import type { Cost, Plan, Search } from "../planner.js";
import type { CostTerm } from "./cost-definition.js";
import { type LatentPaths, requirePaths } from "./latent-paths.js";
import { mean } from "./mean.js";
import { overFutures, type RiskMeasure, weightedSum } from "./risk.js";

export interface WeightedTerm {
  readonly cost: CostTerm;
  /** Default 1. */
  readonly weight?: number;
}

export interface ComposedCost {
  /** What planners minimise. */
  readonly cost: Cost<LatentPaths>;
  /** What each term adds to the cost of a candidate (default the first): together they are that cost. */
  contributions(paths: LatentPaths, candidates: Candidates, index?: number): Promise<Readonly<Record<string, number>>>;
}

/** The opposite of a cost: what was sought is fled. */
export function avoid(term: CostTerm): CostTerm {
  return async (paths, candidates) => (await term(paths, candidates)).map((cost) => -cost);
}

/**
 * Costs by name, weighted and added up for each future, then weighed over the futures.
 *   cost = Σ_k q_k Σ_i w_i C_i(path_k),   q the risk's weights of the futures (default: their mean)
 * So term i contributes w_i Σ_k q_k C_i(path_k), whatever the risk: under `max`, what it costs in the worst future.
 * @throws ValueError without a term or for a weight that is not finite; and, when planning, if a term does not give one number for each path
 */
export function composeCosts(
  terms: Readonly<Record<string, WeightedTerm>>,
  risk: RiskMeasure = mean.create({}),
): ComposedCost {
  const named = Object.entries(terms).map(([name, { cost, weight = 1 }]) => ({ name, cost, weight }));
  if (named.length === 0) throw new ValueError("composeCosts", "terms", "at least one cost", terms);
  for (const { name, weight } of named) {
    if (!Number.isFinite(weight)) throw new ValueError("composeCosts", `${name}.weight`, "a finite number", weight);
  }
  const weighed = async (paths: LatentPaths, candidates: Candidates) => {
    requirePaths("composeCosts", paths);
    const sums = new Float64Array(paths.count * paths.numFutures);
    const parts: { name: string; costs: Float64Array }[] = [];
    for (const { name, cost, weight } of named) {
      // A weight of 0 switches a term off, infinite costs included.
      const costs = weight === 0 ? sums.map(() => 0) : (await cost(paths, candidates)).map((value) => weight * value);
      if (costs.length !== sums.length) {
        throw new ValueError("composeCosts", name, `${sums.length} costs, one for each path`, costs.length);
      }
      for (let i = 0; i < sums.length; i++) sums[i]! += costs[i]!;
      parts.push({ name, costs });
    }
    return { parts, ...overFutures(sums, paths, risk) };
  };
  return {
    cost: async (paths, candidates) => (await weighed(paths, candidates)).totals,
    async contributions(paths, candidates, index = 0) {
      const { parts, weights } = await weighed(paths, candidates);
      const [first, end] = [index * paths.numFutures, (index + 1) * paths.numFutures];
      const own = weights.subarray(first, end);
      return Object.fromEntries(
        parts.map(({ name, costs }) => [name, weightedSum(costs.subarray(first, end), own)] as const),
      );
    },
  };
}

/** What each term contributes to the cost of a plan that was found: it is rolled out once more, alone. */
export async function explainPlan<S>(
  { blocks }: Pick<Plan, "blocks">,
  { state, rollout, space }: Pick<Search<S, LatentPaths>, "state" | "rollout" | "space">,
  composed: ComposedCost,
): Promise<Readonly<Record<string, number>>> {
  const candidates = toSteps(blocks, space);
  return composed.contributions(await rollout(state, candidates), candidates);
}
