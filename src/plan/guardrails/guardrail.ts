/** Guardrails: how far a path is beyond what is allowed. Planners take a plan that breaks one only where every plan does. */
import { ValueError } from "../../compute/errors.js";
import type { Candidates } from "../action-space.js";
import type { CostTerm } from "../costs/cost-definition.js";
import type { LatentPaths } from "../costs/latent-paths.js";
import { max } from "../costs/max.js";
import { overFutures, type RiskMeasure } from "../costs/risk.js";
import type { Constraint, Cost } from "../planner.js";

/**
 * score − limit: 0 or less is safe. The limit is what calibration allows (`conformalThreshold`): of scores of paths that
 * went well, or, where the score is a violation as the model foresees it, minus the threshold of what it overlooks.
 */
export function limited<T>(score: Cost<T>, limit: number): Constraint<T> {
  if (!Number.isFinite(limit)) throw new ValueError("limited", "limit", "a finite number", limit);
  return async (paths, candidates) => (await score(paths, candidates)).map((value) => value - limit);
}

/** A term of imagined paths as a guardrail: by default it must hold in every future that is possible. */
export function inFutures(term: CostTerm, risk: RiskMeasure = max.create({})): Constraint<LatentPaths> {
  return async (paths, candidates) => overFutures(await term(paths, candidates), paths, risk).totals;
}

export interface CombinedGuardrails<T> {
  /** The worst of all of them. */
  readonly constraint: Constraint<T>;
  /** How far each one is exceeded by a candidate (default the first): which of them stopped an agent, and which nearly. */
  excesses(paths: T, candidates: Candidates, index?: number): Promise<Readonly<Record<string, number>>>;
}

/**
 * Several guardrails as one: safe is what is safe by all. Where nothing is, plans are ranked by the largest excess, each in
 * its own unit.
 * @throws ValueError without a guardrail
 */
export function combineGuardrails<T>(guardrails: Readonly<Record<string, Constraint<T>>>): CombinedGuardrails<T> {
  const named = Object.entries(guardrails);
  if (named.length === 0) throw new ValueError("combineGuardrails", "guardrails", "at least one", guardrails);
  const all = (paths: T, candidates: Candidates) =>
    Promise.all(named.map(async ([name, constraint]) => [name, await constraint(paths, candidates)] as const));
  return {
    async constraint(paths, candidates) {
      const excesses = (await all(paths, candidates)).map(([, values]) => values);
      return excesses[0]!.map((_, i) => Math.max(...excesses.map((values) => values[i]!)));
    },
    async excesses(paths, candidates, index = 0) {
      return Object.fromEntries((await all(paths, candidates)).map(([name, values]) => [name, values[index]!]));
    },
  };
}

/** The soft way: cost + weight · max(0, excess). What it is worth to break a guardrail is then a price, not forbidden. */
export function penalised<T>(cost: Cost<T>, constraint: Constraint<T>, weight: number): Cost<T> {
  if (!(weight >= 0)) throw new ValueError("penalised", "weight", "at least 0", weight);
  return async (paths, candidates) => {
    const [costs, excesses] = await Promise.all([cost(paths, candidates), constraint(paths, candidates)]);
    return costs.map((value, i) => (excesses[i]! <= 0 ? value : value + weight * excesses[i]!));
  };
}
