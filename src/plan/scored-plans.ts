/** Candidate plans with what they cost, in order. */
import { DarkmatterError } from "../compute/errors.js";
import { planLength, toSteps } from "./action-space.js";
import type { Plan, Search } from "./planner.js";

/** Plans [count, numBlocks, actionDim], rolled out together. */
export class ScoredPlans {
  constructor(
    readonly plans: Float32Array,
    readonly costs: Float64Array,
    /** 0 or less is safe; all 0 without guardrails. */
    readonly violations: Float64Array,
    private readonly planLength: number,
  ) {}

  get count(): number {
    return this.costs.length;
  }

  planAt(index: number): Float32Array {
    return this.plans.subarray(index * this.planLength, (index + 1) * this.planLength);
  }

  /**
   * Indices, best first: safe ones by cost, then the others by how far they are beyond what is allowed.
   * Source: Wen and Topcu 2018, constrained cross-entropy method.
   */
  ranking(): number[] {
    const beyond = (i: number) => Math.max(0, this.violations[i]!);
    return Array.from({ length: this.count }, (_, i) => i).sort(
      (a, b) => beyond(a) - beyond(b) || this.costs[a]! - this.costs[b]!,
    );
  }

  /** As a plan to carry out. */
  toPlan(index: number, numRollouts: number): Plan {
    return {
      blocks: this.planAt(index).slice(),
      cost: this.costs[index]!,
      violation: this.violations[index]!,
      numRollouts,
    };
  }
}

/**
 * Roll out plans and score them.
 * @throws DarkmatterError if nothing has a finite cost: what rolls out has diverged
 */
export async function scorePlans<S, T>(plans: Float32Array, search: Search<S, T>): Promise<ScoredPlans> {
  const { state, rollout, cost, constraint, space } = search;
  const candidates = toSteps(plans, space);
  const trajectories = await rollout(state, candidates);
  const costs = Float64Array.from(await cost(trajectories, candidates), finiteOrWorst);
  if (costs.every((value) => value === Number.POSITIVE_INFINITY)) {
    throw new DarkmatterError(
      `plan: none of ${candidates.count} candidates has a finite cost. Is the observation finite, and the model healthy?`,
    );
  }
  const violations = constraint
    ? Float64Array.from(await constraint(trajectories, candidates), finiteOrWorst)
    : new Float64Array(candidates.count);
  return new ScoredPlans(plans, costs, violations, planLength(space));
}

/** What cannot be told is as bad as can be. */
function finiteOrWorst(value: number): number {
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
}

/** The one to carry out: the one less beyond what is allowed, then the cheaper. */
export function better(a: Plan | undefined, b: Plan): Plan {
  if (a === undefined) return b;
  const difference = Math.max(0, b.violation) - Math.max(0, a.violation) || b.cost - a.cost;
  return difference < 0 ? b : a;
}

/** Mean and deviation over plans, number by number, written into the two arrays. */
export function momentsOf(plans: readonly Float32Array[], mean: Float64Array, std: Float64Array): void {
  for (let i = 0; i < mean.length; i++) {
    let [sum, squares] = [0, 0];
    for (const plan of plans) sum += plan[i]!;
    mean[i] = sum / plans.length;
    for (const plan of plans) squares += (plan[i]! - mean[i]!) ** 2;
    std[i] = Math.sqrt(squares / plans.length);
  }
}
